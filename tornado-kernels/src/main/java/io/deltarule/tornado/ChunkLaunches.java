package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
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
 *   selective read   r k g P states → o_cross    where there are read queries: {@link ReadLaunches}
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
    private final ChunkBuffers between;
    private final FloatArray lower;
    private final FloatArray keys;

    private ChunkLaunches(PlanSpec spec, DeviceMemory memory, Operands x, RunTable table, KernelContext context) {
        this.spec = spec;
        this.s = spec.shape();
        this.x = x;
        this.table = table;
        this.context = context;
        C = spec.chunkSize();
        G = s.gateWidth();
        columns = ChunkStateKernel.columns(s.K(), C);
        between = new ChunkBuffers(s, C, memory);
        long blocks = (long) RunTable.maxChunks(s, C) * s.HV();
        lower = memory.floats("scores", blocks, C, C);
        keys = memory.floats("chunk keys", blocks, C, s.K());
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
        between.addAll(List.of(all.lower, all.keys));
        between.addAll(all.between.used());
        ReadLaunches reads = new ReadLaunches(spec, x, all.between, table, context);
        List<Launch> launches = new ArrayList<>(reads.decays());
        launches.addAll(reads.scores(all.lower));
        launches.add(all.inverse());
        launches.add(all.solve());
        launches.add(all.states());
        launches.add(reads.linear());
        if (spec.shape().crossRead()) {
            launches.addAll(reads.selective());
        }
        return launches;
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
        int tiles = ReadLaunches.tiles(s.V(), ChunkSolveKernel.TILE) + ReadLaunches.tiles(s.K(), ChunkSolveKernel.TILE);
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
                        between.into,
                        lower,
                        between.values,
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
                run -> run.sequences() * s.HV() * ReadLaunches.tiles(s.V(), columns),
                (graph, name) -> graph.task(
                        name,
                        ChunkStateKernel::chunkStates,
                        context,
                        table.array(),
                        x.k,
                        between.into,
                        between.outOf,
                        between.values,
                        keys,
                        x.state,
                        between.states,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.H(),
                        s.HV(),
                        columns));
    }
}
