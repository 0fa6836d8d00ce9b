package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The stages that chunkwise reads are made of. The selective read is the linear one with weights in the place of queries,
 * after two stages that find the weights:
 *
 * <pre>
 *   readScores      r P → r·P                        the score kernel without gate, V in the place of K
 *   rowLogits       r states, r·P k g → ℓ
 *   rowSoftmax      ℓ → π
 *   weightScores    π k g → M                        per channel: diagonal blocks, then those below
 *   weightOutputs   π into M P states → o_cross
 * </pre>
 */
final class ReadLaunches {
    private static final int READ_SCORES = 7;
    private static final int LOGITS = 8;
    private static final int SOFTMAX = 9;
    private static final int WEIGHT_SCORES = 10;
    private static final int WEIGHT_SCORES_BELOW = 11;
    private static final int WEIGHT_OUTPUTS = 12;

    private final PlanSpec spec;
    private final DeltaShape s;
    private final Operands x;
    private final ChunkBuffers between;
    private final RunTable table;
    private final KernelContext context;
    private final int C;
    private final int G;

    ReadLaunches(PlanSpec spec, Operands x, ChunkBuffers between, RunTable table, KernelContext context) {
        this.spec = spec;
        this.s = spec.shape();
        this.x = x;
        this.between = between;
        this.table = table;
        this.context = context;
        C = between.C;
        G = s.gateWidth();
    }

    static int tiles(int length, int tile) {
        return (length + tile - 1) / tile;
    }

    /** Decays to the rows of a chunk, which both reads need; none without a gate. */
    List<Launch> decays() {
        if (G == 0) {
            return List.of();
        }
        return List.of(new Launch(
                "chunkDecays",
                ChunkDecayKernel.SIGNATURE,
                ChunkDecayKernel.LANES,
                run -> run.chunks() * s.HV(),
                (graph, name) -> graph.task(
                        name,
                        ChunkDecayKernel::chunkDecays,
                        context,
                        table.array(),
                        x.g,
                        between.into,
                        between.outOf,
                        C,
                        G,
                        s.householders(),
                        s.HV())));
    }

    /**
     * Scores of the write and of the linear read.
     *
     * @param lower receives L
     */
    List<Launch> scores(FloatArray lower) {
        int terms = Terms.of(spec);
        if (s.gate() != Gate.CHANNEL) {
            return List.of(scores("chunkScores", x.q, x.k, lower, s.K(), G, terms, ChunkScoreKernel.SIGNATURE));
        }
        return channelScores(
                "Scores",
                x.q,
                lower,
                terms,
                ChannelScoreKernels.DIAGONAL_SIGNATURE,
                ChannelScoreKernels.OFF_DIAGONAL_SIGNATURE);
    }

    /** The linear read. */
    Launch linear() {
        return outputs("chunkOutputs", x.q, s.H(), x.o, (float) spec.scale(), ChunkOutputKernel.SIGNATURE);
    }

    /** The selective read; it leaves the scores of the linear one behind. */
    List<Launch> selective() {
        List<Launch> launches = new ArrayList<>();
        // In the place of L, which these launches leave alone. Not the scores: TornadoVM never finishes ordering a task
        // that seems to write one array through two arguments.
        FloatArray noLower = between.states;
        int overlaps = Terms.SELECTIVE_READ | Terms.PSEUDO_VALUE_KEYS;
        launches.add(scores("readScores", x.r, between.values, noLower, s.V(), 0, overlaps, READ_SCORES));
        launches.add(logits());
        launches.add(softmax());
        int terms = Terms.SELECTIVE_READ;
        FloatArray weights = between.weights;
        if (s.gate() == Gate.CHANNEL) {
            launches.addAll(channelScores("WeightScores", weights, noLower, terms, WEIGHT_SCORES, WEIGHT_SCORES_BELOW));
        } else {
            launches.add(scores("weightScores", weights, x.k, noLower, s.K(), G, terms, WEIGHT_SCORES));
        }
        launches.add(outputs("weightOutputs", weights, s.HV(), x.oCross, 1, WEIGHT_OUTPUTS));
        return launches;
    }

    private Launch scores(
            String name,
            FloatArray q,
            FloatArray k,
            FloatArray lower,
            int depth,
            int gateWidth,
            int terms,
            int signature) {
        return new Launch(
                name,
                signature,
                ChunkScoreKernel.LANES,
                run -> run.chunks() * s.HV(),
                (graph, task) -> graph.task(
                        task,
                        ChunkScoreKernel::chunkScores,
                        context,
                        table.array(),
                        q,
                        k,
                        x.g,
                        x.erase,
                        x.eraseGain,
                        lower,
                        between.scores,
                        depth,
                        C,
                        gateWidth,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        terms,
                        signature));
    }

    private List<Launch> channelScores(
            String name, FloatArray q, FloatArray lower, int terms, int signature, int belowSignature) {
        int blocks = C / 16;
        List<Launch> launches = new ArrayList<>();
        launches.add(new Launch(
                "diagonal" + name,
                signature,
                ChannelScoreKernels.LANES,
                run -> run.chunks() * s.HV() * blocks,
                (graph, task) -> graph.task(
                        task,
                        ChannelScoreKernels::diagonalScores,
                        context,
                        table.array(),
                        q,
                        x.k,
                        x.g,
                        x.erase,
                        x.eraseGain,
                        lower,
                        between.scores,
                        s.K(),
                        C,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        terms,
                        signature)));
        if (blocks > 1) {
            launches.add(new Launch(
                    "offDiagonal" + name,
                    belowSignature,
                    ChannelScoreKernels.LANES,
                    run -> run.chunks() * s.HV() * (blocks * (blocks - 1) / 2),
                    (graph, task) -> graph.task(
                            task,
                            ChannelScoreKernels::offDiagonalScores,
                            context,
                            table.array(),
                            q,
                            x.k,
                            x.g,
                            x.erase,
                            x.eraseGain,
                            lower,
                            between.scores,
                            s.K(),
                            C,
                            s.householders(),
                            s.H(),
                            s.HV(),
                            terms,
                            belowSignature)));
        }
        return launches;
    }

    private Launch outputs(String name, FloatArray q, int queryHeads, FloatArray to, float scale, int signature) {
        return new Launch(
                name,
                signature,
                ChunkOutputKernel.LANES,
                run -> run.chunks() * s.HV() * tiles(s.V(), ChunkOutputKernel.COLUMNS),
                (graph, task) -> graph.task(
                        task,
                        ChunkOutputKernel::chunkOutputs,
                        context,
                        table.array(),
                        q,
                        between.into,
                        between.scores,
                        between.values,
                        between.states,
                        to,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.householders(),
                        queryHeads,
                        s.HV(),
                        scale,
                        signature));
    }

    private Launch logits() {
        return new Launch(
                "rowLogits",
                LOGITS,
                RowLogitKernel.LANES,
                run -> run.chunks() * s.HV() * tiles(s.K(), RowLogitKernel.ROWS),
                (graph, task) -> graph.task(
                        task,
                        RowLogitKernel::rowLogits,
                        context,
                        table.array(),
                        x.r,
                        x.k,
                        x.g,
                        between.scores,
                        between.states,
                        between.weights,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        (float) (1 / Math.sqrt(s.V())),
                        LOGITS));
    }

    private Launch softmax() {
        return new Launch(
                "rowSoftmax",
                SOFTMAX,
                RowSoftmaxKernel.LANES,
                run -> run.tokens() * s.HV(),
                (graph, task) -> graph.task(
                        task, RowSoftmaxKernel::rowSoftmax, context, table.array(), between.weights, s.K(), SOFTMAX));
    }
}
