package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.resident.DeviceTensor;
import io.deltarule.core.resident.Output;
import io.deltarule.core.resident.ResidentEngine;
import io.deltarule.core.resident.ResidentOperation;
import io.deltarule.core.resident.ResidentPlan;
import io.deltarule.core.resident.ResidentSpec;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every engine's resident plans keep to: the results of its other plans, and nothing older than what was set. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ResidentLaws {
    /** The engine under test. */
    protected abstract ResidentEngine engine();

    /** Which of its devices, or null. */
    protected abstract String device();

    /** Small operations of every kind: gates, second keys, erase and write gates, micro-steps, packed, log-linear, both reads. */
    protected List<DeltaCase> cases() {
        return List.of(
                DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 2, 19, 1, 2, 12, 8, 1),
                DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 5, 2, 2, 8, 8, 1).packed(3, 0, 20),
                DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 20, 1, 2, 8, 12, 1),
                DeltaCase.of(Variant.COMBA, Gate.SCALAR, 1, 17, 1, 2, 8, 8, 1),
                DeltaCase.of(Variant.GDN2, Gate.CHANNEL, 1, 18, 1, 2, 8, 8, 1),
                DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 9, 1, 1, 8, 8, 2),
                DeltaCase.of(Variant.DELTALENS, Gate.SCALAR, 1, 17, 1, 2, 8, 12, 1),
                DeltaCase.of(Variant.SSD, Gate.SCALAR, 1, 19, 1, 2, 8, 8, 1),
                DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 19, 1, 1, 8, 8, 1)
                        .withLevels(0));
    }

    private PlanSpec spec(DeltaCase c) {
        return PlanSpec.of(c.variant(), c.shape()).withChunkSize(16).onDevice(device());
    }

    private static void set(ResidentOperation operation, DeltaInputs in) {
        in.tensors().forEach((input, tensor) -> operation.input(input).set(tensor));
        if (in.initialState() != null) {
            operation.initialState().set(in.initialState());
        }
    }

    private static Tensor copy(Tensor tensor) {
        return Tensor.of(tensor.toArray(), tensor.dims());
    }

    private static DeltaOutputs outputs(ResidentOperation operation) {
        return new DeltaOutputs(
                copy(operation.output(Output.O).get()),
                operation.spec().shape().crossRead()
                        ? copy(operation.output(Output.O_CROSS).get())
                        : null,
                copy(operation.output(Output.FINAL_STATE).get()));
    }

    private static DeltaGradients gradients(ResidentOperation operation, DeltaInputs in) {
        Map<Input, Tensor> found = new EnumMap<>(Input.class);
        in.tensors()
                .keySet()
                .forEach(
                        input -> found.put(input, copy(operation.gradient(input).get())));
        boolean begins = !operation.spec().shape().logLinear();
        return new DeltaGradients(
                found, begins ? copy(operation.initialStateGradient().get()) : null);
    }

    /** Forward twice, with one input replaced in between, and each pass from the same initial state. */
    @ParameterizedTest
    @MethodSource("cases")
    void forwardMatchesReference(DeltaCase c) {
        DeltaInputs in = c.inputs();
        try (ResidentPlan plan = engine().residentPlan(ResidentSpec.of(spec(c)))) {
            if (in.cuSeqlens() != null) {
                plan.setBoundaries(in.cuSeqlens());
            }
            set(plan.operation(), in);
            plan.forward();
            Verify.matchesReference(c.name(), spec(c), in, outputs(plan.operation()));
            DeltaInputs other = in.with(Input.V, c.numbered(2).inputs().get(Input.V));
            plan.operation().input(Input.V).set(other.get(Input.V));
            plan.forward();
            plan.forward();
            Verify.matchesReference(c.name() + ", other values", spec(c), other, outputs(plan.operation()));
        }
    }

    /** Backward twice, with one cotangent replaced in between; the forward pass need not have run. */
    @ParameterizedTest
    @MethodSource("cases")
    void backwardMatchesReference(DeltaCase c) {
        DeltaInputs in = c.inputs();
        DeltaCotangents given = c.cotangents();
        PlanSpec spec = spec(c).withForm(Form.CHUNK);
        try (ResidentPlan plan = engine().residentPlan(ResidentSpec.of(spec).withGradients())) {
            if (in.cuSeqlens() != null) {
                plan.setBoundaries(in.cuSeqlens());
            }
            ResidentOperation operation = plan.operation();
            set(operation, in);
            operation.gradient(Output.O).set(given.o());
            operation.gradient(Output.FINAL_STATE).set(given.finalState());
            DeltaCotangents some = new DeltaCotangents(given.o(), given.finalState());
            plan.backward();
            VerifyGradients.matchesReference(c.name(), spec, in, some, gradients(operation, in));
            Output changed = given.oCross() == null ? Output.O : Output.O_CROSS;
            Tensor o = c.numbered(2).cotangents().o();
            operation.gradient(changed).set(o);
            DeltaCotangents others = given.oCross() == null
                    ? new DeltaCotangents(o, given.finalState())
                    : new DeltaCotangents(given.o(), o, given.finalState());
            plan.backward();
            plan.backward();
            VerifyGradients.matchesReference(c.name(), spec, in, others, gradients(operation, in));
        }
    }

    private static final DeltaCase FIRST = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 20, 1, 2, 8, 8, 1);
    private static final DeltaCase SECOND = DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 20, 1, 2, 12, 8, 1);

    private ResidentSpec chain() {
        return ResidentSpec.of(spec(FIRST).withScale(0.7))
                .then(spec(SECOND))
                .link(0, Output.O, 1, Input.V)
                .withGradients();
    }

    /** The first operation's o is the second one's v, forward, and backward the gradient goes the other way. */
    @Test
    void aChainIsItsOperationsOneByOne() {
        DeltaInputs first = FIRST.inputs();
        DeltaInputs own = SECOND.inputs();
        DeltaCotangents given = SECOND.cotangents();
        try (ResidentPlan plan = engine().residentPlan(chain())) {
            PlanSpec one = plan.operation(0).spec();
            PlanSpec two = plan.operation(1).spec();
            set(plan.operation(0), first);
            own.tensors().forEach((input, tensor) -> {
                if (input != Input.V) {
                    plan.operation(1).input(input).set(tensor);
                }
            });
            plan.operation(1).initialState().set(own.initialState());
            plan.operation(1).gradient(Output.O).set(given.o());
            plan.operation(1).gradient(Output.FINAL_STATE).set(given.finalState());
            for (int run = 0; run < 2; run++) {
                plan.forward();
                DeltaOutputs middle = outputs(plan.operation(0));
                Verify.matchesReference("first", one, first, middle);
                DeltaInputs second = own.with(Input.V, middle.o());
                Verify.matchesReference("second", two, second, outputs(plan.operation(1)));
                plan.backward();
                DeltaGradients found = gradients(plan.operation(1), second);
                VerifyGradients.matchesReference("second", two.withForm(Form.CHUNK), second, given, found);
                VerifyGradients.matchesReference(
                        "first",
                        one.withForm(Form.CHUNK),
                        first,
                        new DeltaCotangents(found.get(Input.V), null),
                        gradients(plan.operation(0), first));
            }
        }
    }

    @Test
    void aKeptStateGoesOnWhereItEnded() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 4, 1, 2, 8, 8, 1);
        DeltaInputs in = c.inputs();
        DeltaShape token =
                DeltaCase.of(c.variant(), Gate.SCALAR, 1, 1, 1, 2, 8, 8, 1).shape();
        DeltaOutputs whole = Verify.run(engine(), spec(c), in);
        PlanSpec step = PlanSpec.of(c.variant(), token).onDevice(device()).keepingState();
        try (ResidentPlan plan = engine().residentPlan(ResidentSpec.of(step))) {
            for (int time = 0; time < 2; time++) {
                plan.operation().initialState().set(in.initialState());
                for (int t = 0; t < 4; t++) {
                    for (Map.Entry<Input, Tensor> each : in.tensors().entrySet()) {
                        plan.operation().input(each.getKey()).set(token(each.getValue(), t));
                    }
                    plan.forward();
                    assertArrayEquals(
                            token(whole.o(), t).toArray(),
                            plan.operation().output(Output.O).get().toArray(),
                            1e-5f);
                }
                assertArrayEquals(
                        whole.finalState().toArray(),
                        plan.operation().output(Output.FINAL_STATE).get().toArray(),
                        1e-5f);
            }
        }
    }

    /** Token t of a tensor [1, T, ...]. */
    private static Tensor token(Tensor all, int t) {
        int[] dims = all.dims();
        int tokens = dims[1];
        dims[1] = 1;
        Tensor one = Tensor.zeros(dims);
        for (long i = 0; i < one.size(); i++) {
            one.set(i, all.get(all.size() / tokens * t + i));
        }
        return one;
    }

    private static void refused(String part, Runnable call) {
        InvalidInputException e = assertThrows(InvalidInputException.class, call::run);
        assertTrue(e.getMessage().contains(part), () -> "expected \"" + part + "\" in: " + e.getMessage());
    }

    private static void tooEarly(String part, Runnable call) {
        IllegalStateException e = assertThrows(IllegalStateException.class, call::run);
        assertTrue(e.getMessage().contains(part), () -> "expected \"" + part + "\" in: " + e.getMessage());
    }

    @Test
    void resultsOlderThanWhatWasSetAreRefused() {
        DeltaInputs in = FIRST.inputs();
        ResidentPlan plan = engine().residentPlan(ResidentSpec.of(spec(FIRST)).withGradients());
        try (plan) {
            ResidentOperation operation = plan.operation();
            DeviceTensor o = operation.output(Output.O);
            tooEarly(
                    "o: expected a run of what is set now, but since the last one nothing was run; call forward",
                    o::get);
            set(operation, in);
            plan.forward();
            o.get();
            operation.input(Input.V).set(in.get(Input.V));
            tooEarly(
                    "o: expected a run of what is set now, but since the last one v was newer; call forward first",
                    o::get);
            tooEarly("call backward first", () -> operation.gradient(Input.Q).get());
            plan.forward();
            o.get();
            operation.gradient(Output.O).set(FIRST.cotangents().o());
            o.get(); // which no cotangent changes
            plan.backward();
            operation.gradient(Input.Q).get();
            operation.gradient(Output.O).set(FIRST.cotangents().o());
            tooEarly(
                    "d_o was newer; call backward first",
                    () -> operation.gradient(Input.Q).get());
        }
        tooEarly("closed", plan::forward);
        tooEarly("closed", () -> plan.operation().input(Input.Q).set(in.get(Input.Q)));
        tooEarly("closed", () -> plan.operation().output(Output.O).get());
        plan.close();
    }

    @Test
    void linkedOperationsRunForwardBeforeBackward() {
        try (ResidentPlan plan = engine().residentPlan(chain())) {
            set(plan.operation(0), FIRST.inputs());
            SECOND.inputs().tensors().forEach((input, tensor) -> {
                if (input != Input.V) {
                    plan.operation(1).input(input).set(tensor);
                }
            });
            tooEarly("backward: expected a run of what is set now", plan::backward);
            refused(
                    "link from o of operation 0 to v of operation 1 brings it",
                    () -> plan.operation(1).input(Input.V).set(SECOND.inputs().get(Input.V)));
            refused(
                    "brings it",
                    () -> plan.operation(0)
                            .gradient(Output.O)
                            .set(FIRST.cotangents().o()));
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        DeltaInputs in = FIRST.inputs();
        try (ResidentPlan plan = engine().residentPlan(ResidentSpec.of(spec(FIRST)))) {
            ResidentOperation operation = plan.operation();
            refused("expected a tensor before the run but none was set", plan::forward);
            refused(
                    "q: expected [1, 20, 1, 8] but found [1, 20, 2, 8]",
                    () -> operation.input(Input.Q).set(in.get(Input.V)));
            refused("r: expected an input of this gated_delta_rule", () -> operation.input(Input.R));
            refused("o_cross: expected an operation with read queries", () -> operation.output(Output.O_CROSS));
            refused(
                    "o: expected a tensor that callers set but runs write it",
                    () -> operation.output(Output.O).set(in.get(Input.V)));
            refused(
                    "q: expected a tensor that runs write but callers set",
                    () -> operation.input(Input.Q).get());
            refused(
                    "g: expected natural logarithms",
                    () -> operation.input(Input.G).set(Tensor.zeros(1, 20, 2).fill(0.5f)));
            refused("operation: expected 0 to 0 but found 1", () -> plan.operation(1));
            refused("cu_seqlens: expected 2 numbers from 0 to 20", () -> plan.setBoundaries(0, 7, 20));
            tooEarly("no backward pass", plan::backward);
            tooEarly("no gradients", () -> operation.gradient(Input.Q));
            Tensor bad = Tensor.of(in.get(Input.K).toArray(), in.get(Input.K).dims());
            bad.set(3, Float.NaN);
            NumericException e = assertThrows(
                    NumericException.class, () -> operation.input(Input.K).set(bad));
            assertEquals("k: expected finite numbers but found NaN at row-major index 3", e.getMessage());
            set(operation, in);
            plan.forward();
            assertEquals("o [1, 20, 2, 8]", operation.output(Output.O).toString());
        }
    }

    /** Keys of length 10⁶ multiply the state by up to 10¹² in each token. */
    @Test
    void whatGrowsBeyondFloat32IsSaid() {
        DeltaInputs in = FIRST.inputs();
        Tensor k = in.get(Input.K);
        for (long i = 0; i < k.size(); i++) {
            k.set(i, 1e6f * k.get(i));
        }
        try (ResidentPlan plan = engine().residentPlan(ResidentSpec.of(spec(FIRST)))) {
            set(plan.operation(), in);
            NumericException e = assertThrows(NumericException.class, () -> {
                plan.forward();
                plan.operation().output(Output.O).get();
            });
            assertTrue(e.getMessage().contains("grew beyond float32"), e::getMessage);
        }
    }

    @Test
    void specificationsThatDoNotFitAreRefused() {
        PlanSpec one = spec(FIRST);
        PlanSpec two = spec(SECOND);
        refused("at least one", () -> new ResidentSpec(List.of(), List.of(), false));
        ResidentSpec both = ResidentSpec.of(one).then(two);
        refused("expected an operation and a later one", () -> both.link(1, Output.O, 0, Input.V));
        refused("other tensors go through the host", () -> both.link(0, Output.O, 1, Input.BETA));
        refused("other tensors go through the host", () -> both.link(0, Output.FINAL_STATE, 1, Input.V));
        refused("expected [1, 20, 1, 12] but found [1, 20, 2, 8]", () -> both.link(0, Output.O, 1, Input.Q));
        refused("found a second one", () -> both.link(0, Output.O, 1, Input.V).link(0, Output.O, 1, Input.V));
        refused(
                "expected operations without a kept state",
                () -> ResidentSpec.of(one.keepingState()).withGradients());
        refused(
                "expected B, T and sequences 1, 20, 1",
                () -> ResidentSpec.of(one).then(spec(DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 21, 1, 2, 12, 8, 1))));
        refused("expected device", () -> ResidentSpec.of(one).then(two.onDevice("another")));
    }
}
