package io.deltarule.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Brings a state to the device, where later graphs of the plan find it. */
final class ResidentState {
    private ResidentState() {}

    static Launch launch(Operands operands, KernelContext context) {
        return new Launch(
                "enterState",
                RunTable.SIGNATURES,
                1,
                run -> 1,
                (graph, name) -> graph.task(name, ResidentState::enterState, context, operands.state));
    }

    /**
     * Changes nothing. A graph needs a task, and only an array that its task both reads and writes is copied in and may
     * be consumed by a graph that modifies it.
     *
     * <p>state [N, HV, K, V] (unchanged). One work-item.
     */
    static void enterState(KernelContext context, FloatArray state) {
        state.set(context.globalIdx, state.get(context.globalIdx));
    }
}
