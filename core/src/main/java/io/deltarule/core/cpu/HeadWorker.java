package io.deltarule.core.cpu;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One thread's part of a plan: computes whole sequences of some value heads, on scratch of its own. */
abstract class HeadWorker {
    final DeltaShape planned;
    private final Matrix[] kept; // [N · HV] where the plan keeps its state, else null
    private final Matrix[] scratch; // one per value head that is computed together

    /**
     * @param spec the plan's specification
     * @param kept the plan's states by sequence and value head, null if it keeps none
     * @param heads how many value heads are computed together at most
     * @param arena owner of the scratch
     */
    HeadWorker(PlanSpec spec, Matrix[] kept, int heads, Arena arena) {
        this.planned = spec.shape();
        this.kept = kept;
        this.scratch = new Matrix[kept == null ? heads : 0];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = Matrix.allocate(arena, planned.K(), planned.V());
        }
    }

    /** Computes the value heads [firstHead, endHead), which share a query/key head, of one sequence. */
    abstract void run(Operands in, int sequence, int firstHead, int endHead);

    /**
     * The state before a sequence's first token.
     *
     * @param index which of the value heads that are computed together
     * @return the kept state itself, or a copy of the initial state
     */
    final Matrix begin(Operands in, int sequence, int valueHead, int index) {
        if (kept != null) {
            return kept[sequence * planned.HV() + valueHead];
        }
        Matrix state = scratch[index];
        if (in.initialState == null) {
            state.data().fill((byte) 0);
        } else {
            copyIn(in.initialState, sequence * planned.HV() + valueHead, planned, state);
        }
        return state;
    }

    /** Hands out the state after a sequence's last token. */
    final void finish(Operands in, int sequence, int valueHead, Matrix state) {
        if (in.finalState != null) {
            copyOut(state, planned, in.finalState, sequence * planned.HV() + valueHead);
        }
    }

    /** Copies one [K, V] state out of a tensor [N, HV, K, V]. */
    static void copyIn(Tensor from, int index, DeltaShape shape, Matrix to) {
        long row = (long) shape.V() * Float.BYTES;
        long start = index * row * shape.K();
        if (row == to.rowBytes()) {
            MemorySegment.copy(from.data(), start, to.data(), 0, row * shape.K());
            return;
        }
        for (int d = 0; d < shape.K(); d++) {
            MemorySegment.copy(from.data(), start + d * row, to.data(), to.row(d), row);
        }
    }

    /** Copies one [K, V] state into a tensor [N, HV, K, V]. */
    static void copyOut(Matrix from, DeltaShape shape, Tensor to, int index) {
        long row = (long) shape.V() * Float.BYTES;
        long start = index * row * shape.K();
        if (row == from.rowBytes()) {
            MemorySegment.copy(from.data(), 0, to.data(), start, row * shape.K());
            return;
        }
        for (int d = 0; d < shape.K(); d++) {
            MemorySegment.copy(from.data(), from.row(d), to.data(), start + d * row, row);
        }
    }
}
