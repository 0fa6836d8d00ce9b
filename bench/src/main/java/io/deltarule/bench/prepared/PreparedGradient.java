package io.deltarule.bench.prepared;

import io.deltarule.bench.timing.OperandRotation;
import io.deltarule.bench.verification.GradientVerification;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.RandomInputs;
import io.deltarule.bench.workload.WorkCount;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.measure.Profiled;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The backward pass, on operands that take turns past the cache: gradients of every input and of the initial state. */
final class PreparedGradient implements PreparedWorkload {
    private final Workload workload;
    private final Arena arena = Arena.ofShared();
    private final List<DeltaInputs> inputs = new ArrayList<>();
    private final List<DeltaGradients> gradients = new ArrayList<>();
    private final DeltaCotangents given;
    private final GradientPlan plan;
    private int turn;

    PreparedGradient(Workload workload) {
        this.workload = workload;
        boolean made = false;
        try {
            DeltaShape s = workload.shape();
            inputs.add(RandomInputs.of(workload.variant(), s, arena));
            given = RandomInputs.cotangents(s, arena);
            gradients.add(gradients(s));
            plan = workload.engine().gradientPlan(workload.spec());
            int turns = OperandRotation.of((long) WorkCount.of(workload).bytes());
            for (int i = 1; i < turns; i++) {
                inputs.add(RandomInputs.copy(inputs.getFirst(), arena));
                gradients.add(gradients(s));
            }
            made = true;
        } finally {
            if (!made) {
                arena.close();
            }
        }
    }

    private DeltaGradients gradients(DeltaShape s) {
        Map<Input, Tensor> tensors = new EnumMap<>(Input.class);
        inputs.getFirst()
                .tensors()
                .forEach((input, tensor) -> tensors.put(input, Tensor.allocate(arena, tensor.dims())));
        return new DeltaGradients(tensors, Tensor.allocate(arena, s.state().dims()));
    }

    @Override
    public Workload workload() {
        return workload;
    }

    @Override
    public void run() {
        turn = (turn + 1) % inputs.size();
        plan.run(inputs.get(turn), given, gradients.get(turn));
    }

    @Override
    public Verification verify() {
        DeltaGradients out = gradients.getFirst();
        out.tensors().values().forEach(tensor -> tensor.fill(Float.NaN));
        out.initialState().fill(Float.NaN);
        plan.run(inputs.getFirst(), given, out);
        return GradientVerification.of(workload, inputs.getFirst(), given, out);
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
