package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import java.util.ArrayList;
import java.util.List;

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
    private final DeltaArrays x;
    private final ChunkBuffers between;
    private final Site site;
    private final int C;
    private final int G;
    private final int columns;

    private ChunkLaunches(PlanSpec spec, DeltaArrays x, ChunkBuffers between, Site site) {
        this.s = spec.shape();
        this.x = x;
        this.between = between;
        this.site = site;
        C = spec.chunkSize();
        G = s.gateWidth();
        columns = ChunkStateKernel.columns(s.K(), C);
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

    /** The launches, in order. */
    static List<Launch> of(PlanSpec spec, DeltaArrays x, ChunkBuffers between, Site site) {
        ChunkLaunches all = new ChunkLaunches(spec, x, between, site);
        ReadLaunches reads = new ReadLaunches(spec, x, between, site);
        List<Launch> launches = new ArrayList<>(reads.decays());
        launches.addAll(reads.scores());
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
        return site.launch(
                "chunkInverse",
                ChunkInverseKernel.LANES,
                run -> run.chunks() * s.HV(),
                (graph, name, signature) -> graph.task(
                        name,
                        ChunkInverseKernel::chunkInverse,
                        site.context(),
                        site.table(),
                        between.lower,
                        C,
                        signature));
    }

    private Launch solve() {
        int tiles = ReadLaunches.tiles(s.V(), ChunkSolveKernel.TILE) + ReadLaunches.tiles(s.K(), ChunkSolveKernel.TILE);
        return site.launch(
                "chunkSolve",
                ChunkSolveKernel.LANES,
                run -> run.chunks() * s.HV() * tiles,
                (graph, name, signature) -> graph.task(
                        name,
                        ChunkSolveKernel::chunkSolve,
                        site.context(),
                        site.table(),
                        x.v(),
                        x.erase(),
                        x.eraseGain(),
                        x.writeGain(),
                        between.into,
                        between.lower,
                        between.values,
                        between.keys,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.H(),
                        s.HV(),
                        x.terms(),
                        signature));
    }

    private Launch states() {
        return site.launch(
                "chunkStates",
                ChunkStateKernel.LANES,
                run -> run.sequences() * s.HV() * ReadLaunches.tiles(s.V(), columns),
                (graph, name, signature) -> graph.task(
                        name,
                        ChunkStateKernel::chunkStates,
                        site.context(),
                        site.table(),
                        x.k(),
                        between.into,
                        between.outOf,
                        between.values,
                        between.keys,
                        x.state(),
                        between.states,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.H(),
                        s.HV(),
                        columns,
                        signature));
    }
}
