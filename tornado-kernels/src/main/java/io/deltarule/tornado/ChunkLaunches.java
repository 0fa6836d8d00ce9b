package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The chunkwise form: one pipeline for every variant and gate width.
 *
 * <pre>
 *   decays (G &gt; 0)   g → into, outOf
 *   scores           q k e g → L, M              per channel: diagonal blocks, then those below
 *   inverse          L → A = (I + L)^{-1}
 *   solve            A u e into → U, W
 *   states           U W k outOf S → P, state before each chunk, S
 *   outputs          q into M P states → o
 * </pre>
 */
final class ChunkLaunches {
    /** Chunk sizes that the kernels' 16-row blocks and local memory allow. */
    static final List<Integer> SIZES = List.of(16, 32, 64);

    private final DeltaShape s;
    private final Operands x;
    private final RunTable table;
    private final KernelContext context;
    private final PlanSpec spec;
    private final int C;
    private final int G;
    private final int columns;
    private final FloatArray into;
    private final FloatArray outOf;
    private final FloatArray lower;
    private final FloatArray scores;
    private final FloatArray values;
    private final FloatArray keys;
    private final FloatArray states;

    private ChunkLaunches(PlanSpec spec, DeviceMemory memory, Operands x, RunTable table, KernelContext context) {
        this.spec = spec;
        this.s = spec.shape();
        this.x = x;
        this.table = table;
        this.context = context;
        C = spec.chunkSize();
        G = s.gateWidth();
        columns = ChunkStateKernel.columns(s.K(), C);
        long blocks = (long) RunTable.maxChunks(s, C) * s.HV();
        into = memory.floats("decays", G == 0 ? 0 : blocks, C, G);
        outOf = memory.floats("decays", G == 0 ? 0 : blocks, C, G);
        lower = memory.floats("scores", blocks, C, C);
        scores = memory.floats("scores", blocks, C, C);
        values = memory.floats("chunk values", blocks, C, s.V());
        keys = memory.floats("chunk keys", blocks, C, s.K());
        states = memory.floats("chunk states", blocks, s.K(), s.V());
    }

    /**
     * Refuses what the kernels cannot do.
     *
     * @throws InvalidInputException naming what they can
     */
    static void check(PlanSpec spec) {
        if (!SIZES.contains(spec.chunkSize())) {
            throw new InvalidInputException("chunk size: the tornado engine expects 16, 32 or 64 but found "
                    + spec.chunkSize() + "; the recurrent form needs none");
        }
        if (ChunkStateKernel.columns(spec.shape().K(), spec.chunkSize()) == 0) {
            throw new InvalidInputException("K: the tornado engine's chunkwise form expects at most 1024 but found "
                    + spec.shape().K() + "; use the recurrent form or the cpu engine");
        }
    }

    /**
     * The launches, in order.
     *
     * @param between receives the arrays that only the kernels use
     */
    static List<Launch> of(
            PlanSpec spec,
            DeviceMemory memory,
            Operands x,
            RunTable table,
            KernelContext context,
            List<Object> between) {
        ChunkLaunches all = new ChunkLaunches(spec, memory, x, table, context);
        between.addAll(List.of(all.lower, all.scores, all.values, all.keys, all.states));
        if (all.G > 0) {
            between.addAll(List.of(all.into, all.outOf));
        }
        List<Launch> launches = new ArrayList<>();
        if (all.G > 0) {
            launches.add(all.decays());
        }
        if (spec.shape().gate() == Gate.CHANNEL) {
            launches.add(all.diagonalScores());
            if (all.C > 16) {
                launches.add(all.offDiagonalScores());
            }
        } else {
            launches.add(all.scores());
        }
        launches.add(all.inverse());
        launches.add(all.solve());
        launches.add(all.states());
        launches.add(all.outputs());
        return launches;
    }

    private Launch decays() {
        return new Launch(
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
                        into,
                        outOf,
                        C,
                        G,
                        s.householders(),
                        s.HV()));
    }

    private Launch scores() {
        return new Launch(
                "chunkScores",
                ChunkScoreKernel.SIGNATURE,
                ChunkScoreKernel.LANES,
                run -> run.chunks() * s.HV(),
                (graph, name) -> graph.task(
                        name,
                        ChunkScoreKernel::chunkScores,
                        context,
                        table.array(),
                        x.q,
                        x.k,
                        x.g,
                        x.erase,
                        x.eraseGain,
                        lower,
                        scores,
                        s.K(),
                        C,
                        G,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        Terms.of(spec)));
    }

    private Launch diagonalScores() {
        return new Launch(
                "diagonalScores",
                ChannelScoreKernels.DIAGONAL_SIGNATURE,
                ChannelScoreKernels.LANES,
                run -> run.chunks() * s.HV() * (C / 16),
                (graph, name) -> graph.task(
                        name,
                        ChannelScoreKernels::diagonalScores,
                        context,
                        table.array(),
                        x.q,
                        x.k,
                        x.g,
                        x.erase,
                        x.eraseGain,
                        lower,
                        scores,
                        s.K(),
                        C,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        Terms.of(spec)));
    }

    private Launch offDiagonalScores() {
        int blocks = C / 16;
        return new Launch(
                "offDiagonalScores",
                ChannelScoreKernels.OFF_DIAGONAL_SIGNATURE,
                ChannelScoreKernels.LANES,
                run -> run.chunks() * s.HV() * (blocks * (blocks - 1) / 2),
                (graph, name) -> graph.task(
                        name,
                        ChannelScoreKernels::offDiagonalScores,
                        context,
                        table.array(),
                        x.q,
                        x.k,
                        x.g,
                        x.erase,
                        x.eraseGain,
                        lower,
                        scores,
                        s.K(),
                        C,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        Terms.of(spec)));
    }

    private Launch inverse() {
        return new Launch(
                "chunkInverse",
                ChunkInverseKernel.SIGNATURE,
                ChunkInverseKernel.LANES,
                run -> run.chunks() * s.HV(),
                (graph, name) -> graph.task(name, ChunkInverseKernel::chunkInverse, context, table.array(), lower, C));
    }

    private Launch solve() {
        int tiles = tiles(s.V(), ChunkSolveKernel.TILE) + tiles(s.K(), ChunkSolveKernel.TILE);
        return new Launch(
                "chunkSolve",
                ChunkSolveKernel.SIGNATURE,
                ChunkSolveKernel.LANES,
                run -> run.chunks() * s.HV() * tiles,
                (graph, name) -> graph.task(
                        name,
                        ChunkSolveKernel::chunkSolve,
                        context,
                        table.array(),
                        x.v,
                        x.erase,
                        x.eraseGain,
                        x.writeGain,
                        into,
                        lower,
                        values,
                        keys,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.H(),
                        s.HV(),
                        Terms.of(spec)));
    }

    private Launch states() {
        return new Launch(
                "chunkStates",
                ChunkStateKernel.SIGNATURE,
                ChunkStateKernel.LANES,
                run -> run.sequences() * s.HV() * tiles(s.V(), columns),
                (graph, name) -> graph.task(
                        name,
                        ChunkStateKernel::chunkStates,
                        context,
                        table.array(),
                        x.k,
                        into,
                        outOf,
                        values,
                        keys,
                        x.state,
                        states,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.H(),
                        s.HV(),
                        columns));
    }

    private Launch outputs() {
        return new Launch(
                "chunkOutputs",
                ChunkOutputKernel.SIGNATURE,
                ChunkOutputKernel.LANES,
                run -> run.chunks() * s.HV() * tiles(s.V(), ChunkOutputKernel.COLUMNS),
                (graph, name) -> graph.task(
                        name,
                        ChunkOutputKernel::chunkOutputs,
                        context,
                        table.array(),
                        x.q,
                        into,
                        scores,
                        values,
                        states,
                        x.o,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        (float) spec.scale()));
    }

    private static int tiles(int length, int tile) {
        return (length + tile - 1) / tile;
    }
}
