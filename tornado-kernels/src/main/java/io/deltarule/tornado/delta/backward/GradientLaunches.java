package io.deltarule.tornado.delta.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.PlanSpec;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.DeltaArrays;
import io.deltarule.tornado.delta.ReadLaunches;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The chunkwise backward: one pipeline for every variant and gate width.
 *
 * <pre>
 *   the forward up to its states                              M, A, P, state before each chunk S0
 *   linearRead           q d_o M → what it leaves for P and S0
 *   selective read       r d_o_cross → π, dℓ, d_r, and what its two reads leave likewise: {@link SelectiveGradientLaunches}
 *   solveGradients       A k → U', W'
 *   stateGradients       U' W' e D → dP, gradient of each chunk's last state D, d_initial_state
 *   overlaps             d_o dP P → d_o·P, dP·P
 *   erase… query… key…   through the states beyond the chunk (outer), through its other rows (inner) → de, dq, dk
 *   gate…                → dg                                 with a gate: {@link GateGradientKernels}
 *   keyGradients, gainGradients                               the chain rule of the input map
 * </pre>
 *
 * Log-linear states go through the same stages, several per chunk, and what they give is summed up. Reads of a chunk's own rows are
 * weighed pair by pair: {@link LevelGradientKernels}.
 *
 * <pre>
 *   levels               M A λ u P S0 → N, N weighed, what each live state gives; d_o u → dλ
 *   levelRead            q λ d_o N → what the reads of each live state leave, solved; solveGradients is W' alone
 *   levelScoreGradients  d_o u λ N A → their part of d_o·P and dP·P
 *   withinRead           N weighed, d_o → their part of du
 * </pre>
 *
 * Where nothing is erased there are no solveGradients, no erase… and no keyErases: dP is what the reads leave and (k ⊙ outOf) D,
 * and dg has no part of the erasures.
 */
public final class GradientLaunches {
    private final DeltaShape s;
    private final GradientOperands operands;
    private final DeltaArrays x;
    private final ChunkBuffers between;
    private final GradientBuffers gradients;
    private final LaunchScope scope;
    private final GradientStages stages;
    private final PlanSpec spec;
    private final boolean erases;

    private GradientLaunches(
            PlanSpec spec,
            GradientOperands operands,
            ChunkBuffers between,
            GradientBuffers gradients,
            LaunchScope scope) {
        this.spec = spec;
        this.s = spec.shape();
        this.operands = operands;
        this.x = operands.forward();
        this.erases = x.map().erases();
        this.between = between;
        this.gradients = gradients;
        this.scope = scope;
        this.stages = new GradientStages(s, x, between, gradients, scope);
    }

    /** The launches, in order. */
    public static List<Launch> of(
            PlanSpec spec,
            GradientOperands operands,
            ChunkBuffers between,
            GradientBuffers gradients,
            LaunchScope scope) {
        return new GradientLaunches(spec, operands, between, gradients, scope).all();
    }

    private List<Launch> all() {
        ReadLaunches reads = new ReadLaunches(spec, x, between, scope);
        FloatArray dO = operands.readGradient();
        List<Launch> all = new ArrayList<>(ChunkLaunches.writes(spec, x, between, scope));
        if (s.logLinear()) {
            all.addAll(reads.levels(1));
            all.add(reads.overlaps("levelPairs", dO, between.writes, gradients.pairs));
            all.add(stages.levelWeights(dO, operands.dLambda()));
            all.add(stages.readLevels("levelRead", dO));
        } else {
            all.add(stages.read("linearRead", x.q(), s.H(), dO, GradientOptions.WRITE));
        }
        if (s.crossRead()) {
            all.addAll(new SelectiveGradientLaunches(s, x, operands, between, gradients, stages, reads).all());
        }
        all.addAll(ChunkLaunches.backward(
                spec, x, between, gradients.readValues, gradients.values, operands.state(), gradients.states, scope));
        if (erases) {
            all.add(reads.overlaps("overlaps", dO, gradients.overlaps, gradients.values, gradients.erased));
        } else if (!s.logLinear()) {
            all.add(reads.overlaps("overlaps", dO, gradients.overlaps));
        }
        if (s.logLinear()) {
            all.add(stages.levelScores());
            all.add(stages.readWithin("withinRead", dO));
        }
        if (erases) {
            all.addAll(erases());
        }
        all.addAll(queries(dO));
        all.addAll(keys());
        if (s.gateWidth() == 1) {
            if (erases || s.crossRead()) {
                // L and M are computed a second time: the inverse was written over L, and a selective read over M.
                all.add(new ReadLaunches(spec, x, between, scope.named(scope.prefix() + "gate_")).scores());
            }
            GradientOptions options = GradientOptions.WRITE.adding(s.crossRead());
            all.add(stages.rectangles(
                    "gateRectangles", gradients.overlaps, operands.dg(), erases ? options.erasing() : options));
        }
        if (s.gateWidth() > 1) {
            all.addAll(crossings());
        }
        if (s.gateWidth() > 0) {
            all.add(stages.gates(operands.dg()));
        }
        all.add(keyGradients());
        all.add(gainGradients());
        return all;
    }

    /** de, and its part of dg. */
    private List<Launch> erases() {
        Launch outer = stages.outer(
                "eraseOuter",
                gradients.values,
                between.states,
                gradients.erases,
                GradientOptions.WRITE_CHUNK_ROWS.levels(s.logLinear()),
                -1);
        Launch inner =
                stages.earlier("eraseInner", gradients.erased, gradients.erases, GradientOptions.WRITE_CHUNK_ROWS, -1);
        KeyChannelVector erase = KeyChannelVector.e(x, s.H());
        return stages.withGate(
                outer,
                inner,
                () -> stages.products(
                        "eraseGate",
                        erase,
                        gradients.erases,
                        gradients.gateSums,
                        GradientOptions.WRITE.adding(s.crossRead()),
                        1));
    }

    /** dq but for what the token wrote itself, and its part of dg. */
    private List<Launch> queries(FloatArray dO) {
        Launch outer = stages.outer(
                "queryOuter", dO, between.states, gradients.queries, GradientOptions.WRITE.levels(s.logLinear()), 1);
        Launch inner = stages.earlier("queryInner", gradients.overlaps, gradients.queries, GradientOptions.WRITE, 1);
        KeyChannelVector query = KeyChannelVector.ofRead(x.q(), s.H());
        return stages.withGate(
                outer,
                inner,
                () -> stages.products(
                        "queryGate",
                        query,
                        gradients.queries,
                        gradients.gateSums,
                        GradientOptions.WRITE.adding(erases || s.crossRead()),
                        1));
    }

    /** dk, and its part of dg. */
    private List<Launch> keys() {
        List<Launch> all = new ArrayList<>();
        KeyChannelVector key = KeyChannelVector.k(x, s.H());
        // Where nothing is erased, states from before a chunk have no pseudo-values in it.
        all.add(stages.outer(
                "keyOuter",
                between.values,
                gradients.states,
                gradients.outer,
                GradientOptions.WRITE_CHUNK_ROWS.allLevels(s.logLinear() && erases),
                1));
        if (s.gateWidth() > 0) {
            all.add(stages.products(
                    "keyOuterGate", key, gradients.outer, gradients.gateOuter, GradientOptions.WRITE, 1));
        }
        if (erases) {
            all.add(stages.later(
                    "keyErases", KeyChannelVector.e(x, s.H()), gradients.erased, GradientOptions.WRITE, -1));
        }
        all.add(stages.later(
                "keyReads",
                KeyChannelVector.ofRead(x.q(), s.H()),
                gradients.overlaps,
                GradientOptions.WRITE.adding(erases),
                1));
        if (s.crossRead()) {
            all.add(stages.later(
                    "keyCrossReads",
                    KeyChannelVector.ofRead(between.weights, s.HV()),
                    gradients.crossOverlaps,
                    GradientOptions.ADD,
                    1));
            all.add(stages.later(
                    "keyRowReads",
                    KeyChannelVector.ofRead(gradients.weights, s.HV()),
                    gradients.readOverlaps,
                    GradientOptions.ADD,
                    1));
        }
        return all;
    }

    /** What passes from row to row through one decay per channel, pair by pair. */
    private List<Launch> crossings() {
        FloatArray dg = operands.dg();
        List<Launch> all = new ArrayList<>();
        if (erases) {
            all.add(stages.crossings(
                    "eraseCrossings", KeyChannelVector.e(x, s.H()), gradients.erased, dg, GradientOptions.WRITE, -1));
        }
        all.add(stages.crossings(
                "queryCrossings",
                KeyChannelVector.ofRead(x.q(), s.H()),
                gradients.overlaps,
                dg,
                GradientOptions.WRITE.adding(erases),
                1));
        if (s.crossRead()) {
            all.add(stages.crossings(
                    "crossReadCrossings",
                    KeyChannelVector.ofRead(between.weights, s.HV()),
                    gradients.crossOverlaps,
                    dg,
                    GradientOptions.ADD,
                    1));
            all.add(stages.crossings(
                    "rowReadCrossings",
                    KeyChannelVector.ofRead(gradients.weights, s.HV()),
                    gradients.readOverlaps,
                    dg,
                    GradientOptions.ADD,
                    1));
        }
        return all;
    }

    /** de; where nothing is erased an array in its place, which is left alone. */
    private FloatArray eraseKeys() {
        return erases ? gradients.erases : gradients.inner;
    }

    private Launch keyGradients() {
        return scope.launch(
                "keyGradients",
                InputGradientKernels.LANES,
                run -> run.chunks() * s.H(),
                KernelTask.of(
                        InputGradientKernels::keyGradients,
                        x.k(),
                        x.eraseGain(),
                        gradients.overlaps,
                        gradients.queries,
                        eraseKeys(),
                        gradients.inner,
                        gradients.outer,
                        operands.dq(),
                        operands.dk(),
                        s.K(),
                        between.C,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        GradientFlags.of(x.map())));
    }

    private Launch gainGradients() {
        return scope.launch(
                "gainGradients",
                InputGradientKernels.ROW_LANES,
                run -> run.chunks() * s.HV() * between.C,
                KernelTask.of(
                        InputGradientKernels::gainGradients,
                        x.v(),
                        x.erase(),
                        x.eraseGain(),
                        x.writeGain(),
                        gradients.values,
                        eraseKeys(),
                        operands.dv(),
                        operands.dErase(),
                        operands.dEraseGain(),
                        operands.dWriteGain(),
                        s.K(),
                        s.V(),
                        between.C,
                        s.H(),
                        s.HV(),
                        GradientFlags.of(x.map())));
    }
}
