package io.deltarule.bench.prepared;

import io.deltarule.bench.verification.GradientVerification;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.RandomInputs;
import io.deltarule.bench.workload.Workload;
import io.deltarule.bench.workload.WorkloadSubject;
import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.resident.Output;
import io.deltarule.core.resident.ResidentEngine;
import io.deltarule.core.resident.ResidentOperation;
import io.deltarule.core.resident.ResidentPlan;
import io.deltarule.core.resident.ResidentSpec;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** An operation or its backward pass on tensors that stay where the engine computes: set once, and read to be verified. */
final class PreparedResident implements PreparedWorkload {
    private final Workload workload;
    private final Arena arena = Arena.ofShared();
    private final DeltaInputs in;
    private final DeltaCotangents given;
    private final ResidentPlan plan;

    PreparedResident(Workload workload) {
        this.workload = workload;
        ResidentPlan made = null;
        boolean ready = false;
        try {
            in = RandomInputs.of(workload.variant(), workload.shape(), arena);
            given = backward() ? RandomInputs.cotangents(workload.shape(), arena) : null;
            ResidentSpec spec = ResidentSpec.of(workload.spec());
            made = ResidentEngine.of(workload.engine()).residentPlan(backward() ? spec.withGradients() : spec);
            plan = made;
            set(plan.operation());
            ready = true;
        } finally {
            if (!ready) {
                if (made != null) {
                    made.close();
                }
                arena.close();
            }
        }
    }

    private boolean backward() {
        return workload.subject().kind() == WorkloadSubject.Kind.GRADIENT;
    }

    private void set(ResidentOperation operation) {
        in.tensors().forEach((input, tensor) -> operation.input(input).set(tensor));
        if (in.initialState() != null) {
            operation.initialState().set(in.initialState());
        }
        if (backward()) {
            set(operation, Output.O, given.o());
            set(operation, Output.O_CROSS, given.oCross());
            set(operation, Output.FINAL_STATE, given.finalState());
        }
    }

    private static void set(ResidentOperation operation, Output output, Tensor gradient) {
        if (gradient != null) {
            operation.gradient(output).set(gradient);
        }
    }

    @Override
    public Workload workload() {
        return workload;
    }

    @Override
    public void run() {
        if (backward()) {
            plan.backward();
        } else {
            plan.forward();
        }
    }

    @Override
    public Verification verify() {
        ResidentOperation operation = plan.operation();
        if (backward()) {
            plan.backward();
            Map<Input, Tensor> found = new EnumMap<>(Input.class);
            in.tensors()
                    .keySet()
                    .forEach(input -> found.put(input, operation.gradient(input).get()));
            Tensor state = operation.initialStateGradient().get();
            return GradientVerification.of(workload, in, given, new DeltaGradients(found, state));
        }
        Tensor initial = null;
        if (workload.keepsState()) {
            initial = RandomInputs.state(workload.shape(), arena);
            operation.initialState().set(initial);
            plan.forward(); // an engine that does not keep it would pass over one step
        }
        plan.forward();
        DeltaOutputs out = new DeltaOutputs(
                operation.output(Output.O).get(),
                workload.shape().crossRead() ? operation.output(Output.O_CROSS).get() : null,
                operation.output(Output.FINAL_STATE).get());
        return Verification.of(
                workload,
                in,
                workload.keepsState()
                        ? new Verification.Outcome(out, initial, 2)
                        : new Verification.Outcome(out, null, 1));
    }

    @Override
    public Optional<Profiled> profiled() {
        return plan instanceof Profiled profiled ? Optional.of(profiled) : Optional.empty();
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
