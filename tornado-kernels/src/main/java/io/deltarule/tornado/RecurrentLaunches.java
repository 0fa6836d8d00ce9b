package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The recurrent form: one kernel for write and linear read.
 *
 * <p>A selective read needs all value channels of the state at each token, which work-groups that own some channels never
 * see together. A plan for one token reads the state that the write leaves behind; longer ones keep pseudo-values and the
 * state before every few micro-steps, and read like the chunkwise form.
 */
final class RecurrentLaunches {
    private RecurrentLaunches() {}

    /**
     * Refuses what the kernel cannot do.
     *
     * @throws InvalidInputException naming what it can
     */
    static void check(PlanSpec spec) {
        if (spec.shape().K() > RecurrentKernel.MAX_K) {
            throw new InvalidInputException("K: the tornado engine expects at most " + RecurrentKernel.MAX_K
                    + " but found " + spec.shape().K() + "; use the cpu engine");
        }
    }

    /** Micro-steps between the states that a plan keeps for its selective read; 0 if it keeps none. */
    static int chunkSize(PlanSpec spec) {
        DeltaShape s = spec.shape();
        if (!s.crossRead() || readsFinalState(s)) {
            return 0;
        }
        int chunkSize = ChunkLaunches.SIZES.getFirst();
        while (chunkSize < s.microTokens() && chunkSize < ChunkLaunches.SIZES.getLast()) {
            chunkSize *= 2;
        }
        return chunkSize;
    }

    /** Whether no run has a token that is not its sequence's last. */
    private static boolean readsFinalState(DeltaShape s) {
        return s.tokens() <= 1;
    }

    static List<Launch> of(
            PlanSpec spec,
            DeviceMemory memory,
            Operands x,
            RunTable table,
            KernelContext context,
            List<Object> between) {
        DeltaShape s = spec.shape();
        int chunkSize = chunkSize(spec);
        if (chunkSize == 0) {
            // Any array but one that the kernel writes; it touches neither.
            List<Launch> launches =
                    new ArrayList<>(List.of(steps(spec, x, x.v, x.q, Terms.ofRecurrence(spec), table, context)));
            if (s.crossRead()) {
                launches.add(finalStateRead(s, x, table, context));
            }
            return launches;
        }
        ChunkBuffers kept = new ChunkBuffers(s, chunkSize, memory);
        between.addAll(kept.used());
        ReadLaunches reads = new ReadLaunches(spec, x, kept, table, context);
        int terms = Terms.ofRecurrence(spec) | Terms.KEEP_CHUNKS;
        List<Launch> launches =
                new ArrayList<>(List.of(steps(spec, x, kept.values, kept.states, terms, table, context)));
        launches.addAll(reads.decays());
        launches.addAll(reads.selective());
        return launches;
    }

    private static Launch steps(
            PlanSpec spec,
            Operands x,
            FloatArray values,
            FloatArray states,
            int terms,
            RunTable table,
            KernelContext context) {
        DeltaShape s = spec.shape();
        int tiles = ReadLaunches.tiles(s.V(), RecurrentKernel.COLUMNS);
        return new Launch(
                "recurrentSteps",
                RecurrentKernel.SIGNATURE,
                RecurrentKernel.LANES,
                run -> run.sequences() * s.HV() * tiles,
                (graph, name) -> graph.task(
                        name,
                        RecurrentKernel::recurrentSteps,
                        context,
                        table.array(),
                        x.q,
                        x.k,
                        x.v,
                        x.g,
                        x.erase,
                        x.eraseGain,
                        x.writeGain,
                        x.state,
                        x.o,
                        values,
                        states,
                        s.K(),
                        s.V(),
                        s.householders(),
                        s.H(),
                        s.HV(),
                        terms,
                        (float) spec.scale()));
    }

    private static Launch finalStateRead(DeltaShape s, Operands x, RunTable table, KernelContext context) {
        return new Launch(
                "readStateRows",
                StateRowKernel.SIGNATURE,
                StateRowKernel.LANES,
                run -> run.sequences() * s.HV(),
                (graph, name) -> graph.task(
                        name,
                        StateRowKernel::readStateRows,
                        context,
                        table.array(),
                        x.r,
                        x.state,
                        x.oCross,
                        s.K(),
                        s.V(),
                        s.HV(),
                        (float) (1 / Math.sqrt(s.V()))));
    }
}
