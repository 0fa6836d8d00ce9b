package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.PlanSpec;

/** One thread's part of a plan: computes whole sequences of some value heads, on scratch of its own. */
public abstract class HeadWorker {
    final DeltaShape planned;
    private final State[] kept;

    /**
     * @param spec the plan's specification
     * @param kept the plan's states by sequence and value head, null if it keeps none
     */
    HeadWorker(PlanSpec spec, State[] kept) {
        this.planned = spec.shape();
        this.kept = kept;
    }

    /** Computes the value heads [firstHead, endHead), which share a query/key head, of one sequence. */
    public abstract void run(Operands in, int sequence, int firstHead, int endHead);

    /** Whether a run that failed left numbers where later ones need zeros; then another worker has to take its place. */
    public boolean spoiled() {
        return false;
    }

    /** The number of a sequence's value head among all. */
    final int index(int sequence, int valueHead) {
        return sequence * planned.HV() + valueHead;
    }

    /** The state that the plan keeps for a sequence's value head, null if it keeps none. */
    final State kept(int sequence, int valueHead) {
        return kept == null ? null : kept[index(sequence, valueHead)];
    }
}
