package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.PlanSpec;
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
 */
final class GradientLaunches {
    /** More than any plan has. */
    static final int MOST = 64;

    private final DeltaShape s;
    private final GradientOperands operands;
    private final DeltaArrays x;
    private final ChunkBuffers between;
    private final GradientBuffers gradients;
    private final Site site;
    private final GradientStages stages;
    private final PlanSpec spec;

    private GradientLaunches(
            PlanSpec spec, GradientOperands operands, ChunkBuffers between, GradientBuffers gradients, Site site) {
        this.spec = spec;
        this.s = spec.shape();
        this.operands = operands;
        this.x = operands.forward.arrays();
        this.between = between;
        this.gradients = gradients;
        this.site = site;
        this.stages = new GradientStages(s, x, between, gradients, site);
    }

    /** The launches, in order. */
    static List<Launch> of(
            PlanSpec spec, GradientOperands operands, ChunkBuffers between, GradientBuffers gradients, Site site) {
        return new GradientLaunches(spec, operands, between, gradients, site).all();
    }

    private List<Launch> all() {
        ReadLaunches reads = new ReadLaunches(spec, x, between, site);
        FloatArray dO = operands.readGradient();
        List<Launch> all = new ArrayList<>(ChunkLaunches.writes(spec, x, between, site));
        all.add(stages.read("linearRead", x.q(), s.H(), dO, 0));
        if (s.crossRead()) {
            all.addAll(new SelectiveGradientLaunches(s, x, operands, between, gradients, stages, reads).all());
        }
        all.addAll(ChunkLaunches.backward(
                spec, x, between, gradients.readValues, gradients.values, operands.state, gradients.states, site));
        all.add(reads.overlaps("overlaps", dO, gradients.overlaps, gradients.values, gradients.erased));
        all.addAll(erases());
        all.addAll(queries(dO));
        all.addAll(keys());
        if (s.gateWidth() == 1) {
            // L and M once more, for they had to make room.
            all.addAll(new ReadLaunches(spec, x, between, new Site("gate_", site.run(), site.context())).scores());
            all.add(stages.rectangles(
                    "gateRectangles", gradients.overlaps, operands.dg, Terms.ERASES | stages.after(s.crossRead())));
        }
        if (s.gateWidth() > 0) {
            all.add(stages.gates(operands.dg));
        }
        all.add(keyGradients());
        all.add(gainGradients());
        return all;
    }

    /** de, and its part of dg. */
    private List<Launch> erases() {
        Launch outer =
                stages.outer("eraseOuter", gradients.values, between.states, gradients.erases, Terms.CHUNK_ROWS, -1);
        Launch inner = stages.earlier("eraseInner", gradients.erased, gradients.erases, Terms.CHUNK_ROWS, -1);
        KeyVector erase = new KeyVector(x.erase(), s.H(), x.terms());
        return stages.withGate(
                outer,
                inner,
                () -> stages.products(
                        "eraseGate", erase, gradients.erases, gradients.gateSums, stages.after(s.crossRead()), 1));
    }

    /** dq but for what the token wrote itself, and its part of dg. */
    private List<Launch> queries(FloatArray dO) {
        Launch outer = stages.outer("queryOuter", dO, between.states, gradients.queries, 0, 1);
        Launch inner = stages.earlier("queryInner", gradients.overlaps, gradients.queries, 0, 1);
        KeyVector query = new KeyVector(x.q(), s.H(), Terms.TOKEN_VECTOR);
        return stages.withGate(
                outer,
                inner,
                () -> stages.products("queryGate", query, gradients.queries, gradients.gateSums, Terms.ACCUMULATE, 1));
    }

    /** dk, and its part of dg. */
    private List<Launch> keys() {
        List<Launch> all = new ArrayList<>();
        KeyVector key = new KeyVector(x.k(), s.H(), Terms.PLAIN_VECTOR);
        all.add(stages.outer("keyOuter", between.values, gradients.states, gradients.outer, Terms.CHUNK_ROWS, 1));
        if (s.gateWidth() > 0) {
            all.add(stages.products("keyOuterGate", key, gradients.outer, gradients.gateOuter, 0, 1));
        }
        all.add(stages.later("keyErases", new KeyVector(x.erase(), s.H(), x.terms()), gradients.erased, 0, -1));
        all.add(stages.later(
                "keyReads", new KeyVector(x.q(), s.H(), Terms.TOKEN_VECTOR), gradients.overlaps, Terms.ACCUMULATE, 1));
        if (s.crossRead()) {
            all.add(stages.later(
                    "keyCrossReads",
                    new KeyVector(between.weights, s.HV(), Terms.TOKEN_VECTOR),
                    gradients.crossOverlaps,
                    Terms.ACCUMULATE,
                    1));
            all.add(stages.later(
                    "keyRowReads",
                    new KeyVector(gradients.weights, s.HV(), Terms.TOKEN_VECTOR),
                    gradients.readOverlaps,
                    Terms.ACCUMULATE,
                    1));
        }
        if (s.gateWidth() > 1) {
            all.add(stages.products("keyGate", key, gradients.inner, gradients.gateSums, Terms.ACCUMULATE, -1));
        }
        return all;
    }

    private Launch keyGradients() {
        return site.launch(
                "keyGradients",
                InputGradientKernels.LANES,
                run -> run.chunks() * s.H(),
                (graph, task, signature) -> graph.task(
                        task,
                        InputGradientKernels::keyGradients,
                        site.context(),
                        site.table(),
                        x.k(),
                        x.eraseGain(),
                        gradients.overlaps,
                        gradients.queries,
                        gradients.erases,
                        gradients.inner,
                        gradients.outer,
                        operands.dq,
                        operands.dk,
                        s.K(),
                        between.C,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        x.terms(),
                        signature));
    }

    private Launch gainGradients() {
        return site.launch(
                "gainGradients",
                InputGradientKernels.ROW_LANES,
                run -> run.chunks() * s.HV() * between.C,
                (graph, task, signature) -> graph.task(
                        task,
                        InputGradientKernels::gainGradients,
                        site.context(),
                        site.table(),
                        x.v(),
                        x.erase(),
                        x.eraseGain(),
                        x.writeGain(),
                        gradients.values,
                        gradients.erases,
                        operands.dv,
                        operands.dErase,
                        operands.dEraseGain,
                        operands.dWriteGain,
                        s.K(),
                        s.V(),
                        between.C,
                        s.H(),
                        s.HV(),
                        x.terms(),
                        signature));
    }
}
