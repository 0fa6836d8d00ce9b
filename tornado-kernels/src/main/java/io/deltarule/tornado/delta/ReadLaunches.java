package io.deltarule.tornado.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The stages that chunkwise reads are made of. The selective read is the linear one with weights in the place of queries,
 * after two stages that find the weights:
 *
 * <pre>
 *   readScores      r P → r·P                        the score kernel without gate, V in the place of K
 *   rowLogits       r states, r·P k g → ℓ
 *   rowSoftmax      ℓ → π
 *   weightScores    π k g → M
 *   weightOutputs   π into M P states → o_cross
 * </pre>
 */
public final class ReadLaunches {
    private final PlanSpec spec;
    private final DeltaShape s;
    private final DeltaArrays x;
    private final ChunkBuffers between;
    private final LaunchScope scope;
    private final int C;
    private final int G;

    public ReadLaunches(PlanSpec spec, DeltaArrays x, ChunkBuffers between, LaunchScope scope) {
        this.spec = spec;
        this.s = spec.shape();
        this.x = x;
        this.between = between;
        this.scope = scope;
        C = between.C;
        G = s.gateWidth();
    }

    /** Decays to the rows of a chunk, which both reads need; none without a gate. */
    List<Launch> decays() {
        if (G == 0) {
            return List.of();
        }
        return List.of(scope.launch(
                "chunkDecays",
                ChunkDecayFactorsKernel.LANES,
                run -> run.chunks() * Math.ceilDiv(s.HV() * G, ChunkDecayFactorsKernel.LANES),
                KernelTask.of(
                        ChunkDecayFactorsKernel::chunkDecays,
                        x.g(),
                        between.into,
                        between.outOf,
                        C,
                        G,
                        s.householders(),
                        s.HV())));
    }

    /** Scores of the write, where it erases, and of the linear read. */
    public Launch scores() {
        FloatArray lower = x.map().erases() ? between.lower : noLower();
        return scores("chunkScores", x.q(), lower, ScoreOptions.writeAndRead(x.map()));
    }

    /** The scores of a row of keys per value head and token, in the place of the linear read's. */
    public Launch scores(String name, FloatArray queries) {
        return scores(name, queries, noLower(), ScoreOptions.READ);
    }

    /** Products of rows of values per token with the pseudo-values of their chunk. */
    public Launch overlaps(String name, FloatArray rows, FloatArray to) {
        return overlaps(name, rows, between.values, to);
    }

    /** The same with other rows of values of the chunk [chunks, HV, C, V]. */
    public Launch overlaps(String name, FloatArray rows, FloatArray chunkRows, FloatArray to) {
        return scores(name, rows, chunkRows, x.erase(), noLower(), to, s.V(), 0, ScoreOptions.OVERLAPS);
    }

    /**
     * Products of rows of values per token with the pseudo-values of their chunk, and of a chunk's rows of values with the
     * pseudo-values before them; with levels sums over the chunk's states.
     *
     * @param rows [tokens, HV, V]
     * @param to becomes the first products [chunks, HV, C, C]
     * @param chunkRows [chunks, HV, C, V]
     * @param lower becomes the second products, likewise
     */
    public Launch overlaps(String name, FloatArray rows, FloatArray to, FloatArray chunkRows, FloatArray lower) {
        return scores(
                name,
                rows,
                between.values,
                chunkRows,
                lower,
                to,
                s.V(),
                0,
                ScoreOptions.OVERLAPS_OF_TWO.withLevels(s.logLinear()));
    }

    /**
     * What launches that make no L are given in its place. Not the scores: TornadoVM never finishes ordering a task that
     * seems to write one array through two arguments.
     */
    private FloatArray noLower() {
        return between.states;
    }

    /** The linear read. */
    List<Launch> linear() {
        if (!s.logLinear()) {
            return List.of(outputs("chunkOutputs", x.q(), s.H(), x.o(), (float) spec.scale()));
        }
        List<Launch> launches = new ArrayList<>(levels((float) spec.scale()));
        launches.add(outputs(
                "chunkOutputs", x.q(), s.H(), between.masked, between.writes, 0, x.o(), 0, (float) spec.scale()));
        launches.add(scope.launch(
                "sumLevels",
                LevelKernels.LANES,
                run -> run.chunks() * s.HV(),
                KernelTask.of(
                        LevelKernels::sumLevels,
                        between.reads,
                        x.lambda(),
                        x.o(),
                        s.V(),
                        C,
                        s.householders(),
                        s.HV())));
        return launches;
    }

    /** What is read of each of a chunk's log-linear states, and of pairs of its rows with their weights. */
    public List<Launch> levels(float scale) {
        List<Launch> launches = new ArrayList<>();
        launches.add(scope.launch(
                "levelScores",
                LevelKernels.LANES,
                run -> run.chunks() * s.HV(),
                KernelTask.of(
                        LevelKernels::levelScores,
                        between.scores,
                        x.map().erases() ? between.lower : between.values,
                        x.lambda(),
                        between.products,
                        between.masked,
                        C,
                        s.householders(),
                        s.HV(),
                        KernelFlags.of(x.map()))));
        if (x.map().erases()) {
            launches.add(scope.launch(
                    "chunkWrites",
                    ChunkValueKernel.LANES,
                    run -> run.chunks() * s.HV(),
                    ChunkValueKernel.task(s, x, between.writes, C)));
        }
        int flags = KernelFlags.of(x.map().erases() ? InputMap.NO_GAINS : InputMap.NO_ERASE_KEY);
        launches.add(outputs(
                "levelReads",
                x.q(),
                s.H(),
                between.scores,
                between.values,
                s.K(),
                between.reads,
                flags | KernelFlags.LEVELS,
                scale));
        return launches;
    }

    /** The selective read; it leaves the scores of the linear one behind. */
    List<Launch> selective() {
        List<Launch> launches = new ArrayList<>();
        launches.add(overlaps("readScores", x.r(), between.scores));
        launches.add(logits());
        launches.add(softmax());
        launches.add(scores("weightScores", between.weights));
        launches.add(outputs("weightOutputs", between.weights, s.HV(), x.oCross(), 1));
        return launches;
    }

    private Launch scores(
            String name,
            FloatArray q,
            FloatArray k,
            FloatArray erase,
            FloatArray lower,
            FloatArray scores,
            int depth,
            int gateWidth,
            ScoreOptions options) {
        int flags = KernelFlags.of(options);
        int heads = ChunkScoreKernel.heads(s.H(), s.HV(), flags);
        return scope.launch(
                name,
                ChunkScoreKernel.lanes(flags),
                run -> run.chunks() * s.HV() / heads,
                KernelTask.of(
                        ChunkScoreKernel::chunkScores,
                        q,
                        k,
                        x.g(),
                        erase,
                        x.eraseGain(),
                        x.weights(),
                        lower,
                        scores,
                        depth,
                        C,
                        gateWidth,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        heads,
                        flags));
    }

    private Launch scores(String name, FloatArray q, FloatArray lower, ScoreOptions options) {
        if (s.gate() != Gate.CHANNEL) {
            return scores(name, q, x.k(), x.erase(), lower, between.scores, s.K(), G, options);
        }
        return scope.launch(
                name,
                ChannelScoreKernel.LANES,
                run -> run.chunks() * s.HV(),
                KernelTask.of(
                        ChannelScoreKernel::channelScores,
                        q,
                        x.k(),
                        x.g(),
                        x.erase(),
                        x.eraseGain(),
                        lower,
                        between.scores,
                        s.K(),
                        C,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        KernelFlags.of(options)));
    }

    /** A read with a row of queries per token and query head. */
    public Launch outputs(String name, FloatArray q, int queryHeads, FloatArray to, float scale) {
        return outputs(name, q, queryHeads, between.scores, between.values, s.K(), to, 0, scale);
    }

    /** @param depth K, or 0 where only a chunk's own rows are read */
    private Launch outputs(
            String name,
            FloatArray q,
            int queryHeads,
            FloatArray scores,
            FloatArray values,
            int depth,
            FloatArray to,
            int flags,
            float scale) {
        int tiles = s.HV() * Math.ceilDiv(s.V(), ChunkOutputKernel.columns(s.V()));
        boolean levels = (flags & KernelFlags.LEVELS) != 0;
        return scope.launch(
                name,
                ChunkOutputKernel.LANES,
                run -> (levels ? run.live() : run.chunks()) * tiles,
                KernelTask.of(
                        ChunkOutputKernel::chunkOutputs,
                        q,
                        between.into,
                        scores,
                        values,
                        between.states,
                        to,
                        depth,
                        s.V(),
                        C,
                        G,
                        s.householders(),
                        queryHeads,
                        s.HV(),
                        flags,
                        scale));
    }

    private Launch logits() {
        return scope.launch(
                "rowLogits",
                RowLogitKernel.LANES,
                run -> run.chunks() * s.HV() * Math.ceilDiv(s.K(), RowLogitKernel.ROWS),
                KernelTask.of(
                        RowLogitKernel::rowLogits,
                        x.r(),
                        x.k(),
                        x.g(),
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
                        (float) (1 / Math.sqrt(s.V()))));
    }

    private Launch softmax() {
        return scope.launch(
                "rowSoftmax",
                RowSoftmaxKernel.LANES,
                run -> run.tokens() * s.HV(),
                KernelTask.of(RowSoftmaxKernel::rowSoftmax, between.weights, s.K()));
    }
}
