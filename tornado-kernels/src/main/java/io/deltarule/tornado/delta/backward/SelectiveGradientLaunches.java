package io.deltarule.tornado.delta.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.DeltaArrays;
import io.deltarule.tornado.delta.ReadLaunches;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The selective read's backward: for the state it is two linear reads, of the weights with the read-out's gradient and of the
 * logits' gradients with the read queries.
 *
 * <pre>
 *   readOverlaps, crossOverlaps    r P, d_o_cross P → r·P, d_o_cross·P
 *   row…, cross…                   S r, S d_o_cross, without the token's own write
 *   rowWeightGradients             → π, dℓ/√V
 *   …Scores, crossRead, rowRead    what the two reads leave for pseudo-values and states
 *   queryGradients                 dℓ P states → d_r
 * </pre>
 */
final class SelectiveGradientLaunches {
    private final DeltaShape s;
    private final DeltaArrays x;
    private final GradientOperands operands;
    private final ChunkBuffers between;
    private final GradientBuffers gradients;
    private final GradientStages stages;
    private final ReadLaunches reads;
    private final LaunchScope scope;

    SelectiveGradientLaunches(
            DeltaShape s,
            DeltaArrays x,
            GradientOperands operands,
            ChunkBuffers between,
            GradientBuffers gradients,
            GradientStages stages,
            ReadLaunches reads) {
        this.s = s;
        this.x = x;
        this.operands = operands;
        this.between = between;
        this.gradients = gradients;
        this.stages = stages;
        this.reads = reads;
        this.scope = stages.scope();
    }

    /** The launches, in order; they use the places of dq and de before those are needed. */
    List<Launch> all() {
        List<Launch> all = new ArrayList<>();
        FloatArray dx = operands.crossGradient();
        FloatArray rows = gradients.erases;
        FloatArray crosses = gradients.queries;
        all.add(reads.overlaps("readOverlaps", x.r(), gradients.readOverlaps));
        all.add(reads.overlaps("crossOverlaps", dx, gradients.crossOverlaps));
        all.add(stages.outer("rowOuter", x.r(), between.states, rows, GradientOptions.WRITE, 1));
        all.add(stages.earlier("rowInner", gradients.readOverlaps, rows, GradientOptions.WRITE, 1));
        all.add(stages.outer("crossOuter", dx, between.states, crosses, GradientOptions.WRITE, 1));
        all.add(stages.earlier("crossInner", gradients.crossOverlaps, crosses, GradientOptions.WRITE, 1));
        all.add(weights(rows, crosses));
        KeyChannelVector weights = KeyChannelVector.ofRead(between.weights, s.HV());
        KeyChannelVector logits = KeyChannelVector.ofRead(gradients.weights, s.HV());
        if (s.gateWidth() > 0) {
            // The outer parts are computed a second time: the inner ones were added to them, and dg takes from here
            // only what comes from beyond the chunk.
            all.add(stages.outer("crossGateOuter", dx, between.states, crosses, GradientOptions.WRITE, 1));
            all.add(stages.outer("rowGateOuter", x.r(), between.states, rows, GradientOptions.WRITE, 1));
            all.add(stages.products("crossGate", weights, crosses, gradients.gateSums, GradientOptions.WRITE, 1));
            all.add(stages.products("rowGate", logits, rows, gradients.gateSums, GradientOptions.ADD, 1));
        }
        all.add(reads.scores("crossScores", between.weights));
        all.add(stages.read("crossRead", between.weights, s.HV(), dx, GradientOptions.ADD));
        if (s.gateWidth() == 1) {
            all.add(stages.rectangles(
                    "crossRectangles", gradients.crossOverlaps, operands.dg(), GradientOptions.WRITE));
        }
        all.add(reads.scores("rowScores", gradients.weights));
        all.add(stages.read("rowRead", gradients.weights, s.HV(), x.r(), GradientOptions.ADD));
        all.add(reads.outputs("queryGradients", gradients.weights, s.HV(), operands.dr(), 1));
        if (s.gateWidth() == 1) {
            all.add(stages.rectangles("rowRectangles", gradients.readOverlaps, operands.dg(), GradientOptions.ADD));
        }
        return all;
    }

    private Launch weights(FloatArray rows, FloatArray crosses) {
        return scope.launch(
                "rowWeightGradients",
                RowWeightGradientKernel.LANES,
                run -> run.chunks() * s.HV() * between.C,
                KernelTask.of(
                        RowWeightGradientKernel::rowWeightGradients,
                        x.k(),
                        gradients.readOverlaps,
                        gradients.crossOverlaps,
                        rows,
                        crosses,
                        between.weights,
                        gradients.weights,
                        s.K(),
                        between.C,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        (float) (1 / Math.sqrt(s.V()))));
    }
}
