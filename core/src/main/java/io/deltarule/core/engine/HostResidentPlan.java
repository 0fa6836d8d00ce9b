package io.deltarule.core.engine;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.resident.Output;
import io.deltarule.core.resident.ResidentLink;
import io.deltarule.core.resident.ResidentSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A resident plan of an engine that computes in the host's memory: tensors are the caller's and the plans' own, never copied. */
public final class HostResidentPlan extends AbstractResidentPlan {
    private final List<Host> operations = new ArrayList<>();

    /**
     * Makes the operations' plans.
     *
     * @param engine makes them
     * @param spec what for
     */
    public static HostResidentPlan of(DeltaEngine engine, ResidentSpec spec) {
        List<PlanSpec> chosen = spec.operations().stream()
                .map(one -> one.orChunkSize(engine.chunkSize(one.shape().gate())))
                .toList();
        return new HostResidentPlan(engine, new ResidentSpec(chosen, spec.links(), spec.gradients()));
    }

    private HostResidentPlan(DeltaEngine engine, ResidentSpec spec) {
        super(spec);
        try {
            for (PlanSpec one : spec.operations()) {
                Host host = new Host(engine.plan(one), DeltaOutputs.poisoned(one.shape()));
                operations.add(host);
                host.gradientPlan = spec.gradients() ? engine.gradientPlan(one) : null;
            }
        } catch (RuntimeException | Error e) {
            release();
            throw e;
        }
    }

    /** One operation's plans and tensors. */
    private static final class Host {
        private final DeltaPlan plan;
        private final DeltaOutputs outputs;
        private final Map<ResidentPlace, Tensor> given = new HashMap<>();
        private GradientPlan gradientPlan;
        private DeltaGradients gradients;

        Host(DeltaPlan plan, DeltaOutputs outputs) {
            this.plan = plan;
            this.outputs = outputs;
        }

        Tensor output(Output output) {
            return switch (output) {
                case O -> outputs.o();
                case O_CROSS -> outputs.oCross();
                case FINAL_STATE -> outputs.finalState();
            };
        }

        /** The gradient of an output that was set, null for none. */
        Tensor cotangent(Output output) {
            return given.get(new ResidentPlace.GradientOf(new ResidentPlace.OfOutput(output)));
        }
    }

    @Override
    protected void write(int operation, ResidentPlace place, Tensor values) {
        Host host = operations.get(operation);
        if (place instanceof ResidentPlace.InitialState && host.plan.spec().keepsState()) {
            host.plan.loadState(values);
        } else {
            host.given.put(place, values);
        }
    }

    @Override
    protected Tensor read(int operation, ResidentPlace place, int... dims) {
        Host host = operations.get(operation);
        return switch (place) {
            case ResidentPlace.OfOutput(Output output) -> {
                if (output == Output.FINAL_STATE && host.plan.spec().keepsState()) {
                    host.plan.saveState(host.outputs.finalState());
                }
                yield host.output(output);
            }
            case ResidentPlace.GradientOf(ResidentPlace.OfInput(Input input)) -> host.gradients.get(input);
            case ResidentPlace.GradientOf _ -> host.gradients.initialState();
            case ResidentPlace.OfInput _, ResidentPlace.InitialState _ ->
                throw new IllegalStateException("callers have " + place.id());
        };
    }

    @Override
    protected void forward(int operation, int[] ends, int[] before) {
        Host host = operations.get(operation);
        DeltaOutputs out = host.outputs;
        boolean keeps = host.plan.spec().keepsState();
        host.plan.run(inputs(operation), keeps ? new DeltaOutputs(out.o(), out.oCross(), null) : out);
    }

    @Override
    protected void backward(int operation, int[] ends) {
        Host host = operations.get(operation);
        DeltaInputs in = inputs(operation);
        if (host.gradients == null || !fits(host.gradients, in)) {
            host.gradients = DeltaGradients.poisoned(in, host.plan.spec().shape());
        }
        host.gradientPlan.run(
                in,
                new DeltaCotangents(
                        cotangent(operation, Output.O),
                        cotangent(operation, Output.O_CROSS),
                        host.cotangent(Output.FINAL_STATE)),
                host.gradients);
    }

    /** Second keys and erase gates may have rows of other heads than before. */
    private static boolean fits(DeltaGradients gradients, DeltaInputs in) {
        return in.tensors().entrySet().stream()
                .allMatch(each ->
                        gradients.get(each.getKey()).hasDims(each.getValue().dims()));
    }

    private Tensor cotangent(int operation, Output output) {
        ResidentLink link = linkFrom(operation, output);
        return link == null
                ? operations.get(operation).cotangent(output)
                : operations.get(link.to()).gradients.get(link.input());
    }

    private DeltaInputs inputs(int operation) {
        Host host = operations.get(operation);
        PlanSpec spec = host.plan.spec();
        Map<Input, Tensor> tensors = new EnumMap<>(Input.class);
        for (Input input : inputs(spec)) {
            ResidentLink link = linkTo(operation, input);
            tensors.put(
                    input,
                    link == null
                            ? host.given.get(new ResidentPlace.OfInput(input))
                            : operations.get(link.from()).output(link.output()));
        }
        return new DeltaInputs(
                spec.shape().householders(), tensors, host.given.get(new ResidentPlace.InitialState()), packed());
    }

    @Override
    protected void release() {
        for (Host host : operations) {
            host.plan.close();
            if (host.gradientPlan != null) {
                host.gradientPlan.close();
            }
        }
    }
}
