package io.deltarule.bench.prepared;

import io.deltarule.bench.timing.OperandRotation;
import io.deltarule.bench.verification.Verification;
import io.deltarule.bench.workload.RandomInputs;
import io.deltarule.bench.workload.WorkCount;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Tensor;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.SelfTimed;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The delta rule, on operands that take turns past the cache. States that a plan keeps take turns too, each in a plan of
 * its own, where plans cost nothing to make: on an engine that compiles kernels there is one.
 */
public final class PreparedOperation implements PreparedWorkload {
    private final Workload workload;
    private final Arena arena = Arena.ofShared();
    private final List<DeltaInputs> inputs = new ArrayList<>();
    private final List<DeltaOutputs> outputs = new ArrayList<>();
    private final List<DeltaPlan> plans = new ArrayList<>();
    private int turn;

    private PreparedOperation(Workload workload, int turns) {
        this.workload = workload;
        boolean made = false;
        try {
            DeltaShape s = workload.shape();
            inputs.add(RandomInputs.of(workload.variant(), s, arena));
            outputs.add(outputs(s));
            plans.add(workload.engine().plan(workload.spec()));
            for (int i = 1; i < turns; i++) {
                inputs.add(RandomInputs.copy(inputs.getFirst(), arena));
                outputs.add(outputs(s));
                if (workload.keepsState() && !(plans.getFirst() instanceof Profiled)) {
                    plans.add(workload.engine().plan(workload.spec()));
                }
            }
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    /** With as many sets of operands taking turns as outgrow the cache. */
    static PreparedOperation of(Workload workload) {
        return new PreparedOperation(
                workload, OperandRotation.of((long) WorkCount.of(workload).bytes()));
    }

    /** With one set of operands, for callers that run several prepared operations in turn. */
    public static PreparedOperation single(Workload workload) {
        return new PreparedOperation(workload, 1);
    }

    private DeltaOutputs outputs(DeltaShape s) {
        return new DeltaOutputs(
                Tensor.allocate(arena, s.readOut()),
                s.crossRead() ? Tensor.allocate(arena, s.readOut()) : null,
                workload.keepsState() ? null : Tensor.allocate(arena, s.state().dims()));
    }

    @Override
    public Workload workload() {
        return workload;
    }

    @Override
    public void run() {
        turn = (turn + 1) % inputs.size();
        plans.get(turn % plans.size()).run(inputs.get(turn), outputs.get(turn));
    }

    /** Verifies a kept state over two steps: an engine that does not keep it would pass over one. */
    @Override
    public Verification verify() {
        DeltaInputs in = inputs.getFirst();
        DeltaOutputs out = outputs.getFirst();
        DeltaPlan plan = plans.getFirst();
        poison(out);
        if (!workload.keepsState()) {
            out.finalState().fill(Float.NaN);
            plan.run(in, out);
            return Verification.of(workload, in, new Verification.Outcome(out, null, 1));
        }
        try (Arena states = Arena.ofShared()) {
            Tensor initial = RandomInputs.state(workload.shape(), states);
            plan.loadState(initial);
            plan.run(in, out);
            poison(out);
            plan.run(in, out);
            Tensor state = Tensor.allocate(states, initial.dims()).fill(Float.NaN);
            plan.saveState(state);
            return Verification.of(
                    workload, in, new Verification.Outcome(new DeltaOutputs(out.o(), out.oCross(), state), initial, 2));
        }
    }

    private static void poison(DeltaOutputs out) {
        out.o().fill(Float.NaN);
        if (out.oCross() != null) {
            out.oCross().fill(Float.NaN);
        }
    }

    /** Sets the kept state, for decoding after a prefill. */
    public void loadState(Tensor state) {
        plans.forEach(plan -> plan.loadState(state));
    }

    /** The state after the last run; not for plans that keep it. */
    public Tensor finalState() {
        return outputs.getFirst().finalState();
    }

    @Override
    public Optional<SelfTimed> clock() {
        return plans.getFirst() instanceof SelfTimed
                ? Optional.of(() -> ((SelfTimed) plans.get(turn % plans.size())).lastRunNanos())
                : Optional.empty();
    }

    @Override
    public Optional<Profiled> profiled() {
        return plans.getFirst() instanceof Profiled profiled ? Optional.of(profiled) : Optional.empty();
    }

    @Override
    public void close() {
        try {
            plans.forEach(DeltaPlan::close);
        } finally {
            arena.close();
        }
    }
}
