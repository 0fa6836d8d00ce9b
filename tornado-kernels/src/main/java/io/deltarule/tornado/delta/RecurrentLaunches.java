package io.deltarule.tornado.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The recurrent form: one kernel for write and linear read.
 *
 * <p>A selective read needs all value channels of the state at each token, which work-groups that own some channels never
 * see together. A plan for one token reads the state that the write leaves behind; longer ones keep pseudo-values and the
 * state before every few micro-steps, and read like the chunkwise form.
 */
public final class RecurrentLaunches {
    private RecurrentLaunches() {}

    /**
     * Refuses what the kernel cannot do.
     *
     * @throws InvalidInputException naming what it can
     */
    public static void check(PlanSpec spec) {
        if (spec.shape().K() > RecurrentKernel.MAX_K) {
            throw new InvalidInputException("K: the tornado engine expects at most " + RecurrentKernel.MAX_K
                    + " but found " + spec.shape().K() + "; use the cpu engine");
        }
    }

    /** Micro-steps between the states that a plan keeps for its selective read; 0 if it keeps none. */
    public static int chunkSize(PlanSpec spec) {
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

    /**
     * The launches, in order.
     *
     * @param kept what {@link #chunkSize} asks for, null where that is 0
     */
    public static List<Launch> of(PlanSpec spec, DeltaArrays x, ChunkBuffers kept, LaunchScope scope) {
        DeltaShape s = spec.shape();
        List<Launch> launches = new ArrayList<>();
        if (kept == null) {
            // Nothing is kept, so the kernel touches neither of its last two arrays, or reads the levels' weights from
            // one; they
            // only must not be ones that it writes.
            launches.add(steps(spec, x, s.logLinear() ? x.lambda() : x.v(), x.q(), false, scope));
            if (s.crossRead()) {
                launches.add(finalStateRead(s, x, scope));
            }
            return launches;
        }
        launches.add(steps(spec, x, kept.values, kept.states, true, scope));
        ReadLaunches reads = new ReadLaunches(spec, x, kept, scope);
        launches.addAll(reads.decays());
        launches.addAll(reads.selective());
        return launches;
    }

    private static Launch steps(
            PlanSpec spec, DeltaArrays x, FloatArray values, FloatArray states, boolean keeps, LaunchScope scope) {
        DeltaShape s = spec.shape();
        int tiles = Math.ceilDiv(s.V(), RecurrentKernel.COLUMNS);
        return scope.launch(
                "recurrentSteps",
                RecurrentKernel.LANES,
                run -> run.sequences() * s.HV() * tiles,
                KernelTask.packed(
                        RecurrentKernel::recurrentSteps,
                        x.q(),
                        x.k(),
                        x.v(),
                        x.g(),
                        x.erase(),
                        x.eraseGain(),
                        x.writeGain(),
                        x.state(),
                        x.o(),
                        values,
                        states,
                        s.K(),
                        s.V(),
                        s.householders(),
                        s.H(),
                        s.HV(),
                        KernelFlags.of(x.map(), s.gate(), keeps, s.logLinear()),
                        (float) spec.scale()));
    }

    private static Launch finalStateRead(DeltaShape s, DeltaArrays x, LaunchScope scope) {
        return scope.launch(
                "readStateRows",
                StateRowKernel.LANES,
                run -> run.sequences() * s.HV(),
                KernelTask.of(StateRowKernel::readStateRows, x.r(), x.state(), x.oCross(), s.K(), s.V(), s.HV(), (float)
                        (1 / Math.sqrt(s.V()))));
    }
}
