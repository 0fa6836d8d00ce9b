package io.deltarule.bench;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Tensor;
import java.lang.foreign.Arena;

/** A workload with its inputs, outputs and plan, ready to be verified and then run again and again. */
final class Prepared implements AutoCloseable {
    private final Workload workload;
    private final Arena arena = Arena.ofShared();
    private final DeltaInputs inputs;
    private final DeltaOutputs outputs;
    private final DeltaPlan plan;

    Prepared(Workload workload) {
        this.workload = workload;
        boolean made = false;
        try {
            DeltaShape s = workload.shape();
            inputs = RandomInputs.of(workload.variant(), s, arena);
            outputs = new DeltaOutputs(
                    Tensor.allocate(arena, s.B(), s.T(), s.HV(), s.V()),
                    s.crossRead() ? Tensor.allocate(arena, s.B(), s.T(), s.HV(), s.V()) : null,
                    workload.keepsState() ? null : Tensor.allocate(arena, s.sequences(), s.HV(), s.K(), s.V()));
            plan = workload.engine().plan(workload.spec());
            made = true;
        } finally {
            if (!made) {
                arena.close();
            }
        }
    }

    Workload workload() {
        return workload;
    }

    /** Once, the whole run; a kept state goes on. */
    void run() {
        plan.run(inputs, outputs);
    }

    /** Runs and compares. A kept state is verified over two steps, so that one that is not kept shows. */
    Verification verify() {
        poison();
        if (!workload.keepsState()) {
            outputs.finalState().fill(Float.NaN);
            run();
            return Verification.of(workload, inputs, new Verification.Outcome(outputs, null, 1));
        }
        try (Arena states = Arena.ofShared()) {
            Tensor initial = RandomInputs.state(workload.shape(), states);
            plan.loadState(initial);
            run();
            poison();
            run();
            Tensor state = Tensor.allocate(states, initial.dims()).fill(Float.NaN);
            plan.saveState(state);
            return Verification.of(
                    workload,
                    inputs,
                    new Verification.Outcome(new DeltaOutputs(outputs.o(), outputs.oCross(), state), initial, 2));
        }
    }

    private void poison() {
        outputs.o().fill(Float.NaN);
        if (outputs.oCross() != null) {
            outputs.oCross().fill(Float.NaN);
        }
    }

    /** Sets the kept state, for decoding after a prefill. */
    void loadState(Tensor state) {
        plan.loadState(state);
    }

    /** The state after the last run; not for plans that keep it. */
    Tensor finalState() {
        return outputs.finalState();
    }

    @Override
    public void close() {
        try {
            plan.close();
        } finally {
            arena.close();
        }
    }
}
