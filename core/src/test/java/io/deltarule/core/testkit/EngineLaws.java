package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What must hold on every engine. An engine's test extends this class and says which engine, device, chunk sizes and
 * cases; the laws are the same everywhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EngineLaws {
    /** The engine under test. */
    protected abstract DeltaEngine engine();

    /** Its device, or null for its own choice. */
    protected String device() {
        return null;
    }

    /** The forms it must get right. */
    protected List<Form> forms() {
        return List.of(Form.values());
    }

    /** The chunk sizes it must get right. */
    protected abstract List<Integer> chunkSizes();

    /** The cases it runs; add {@link DeltaCases#large} where the engine is fast enough. */
    protected List<DeltaCase> cases() {
        List<DeltaCase> all = new ArrayList<>(DeltaCases.small());
        all.addAll(DeltaCases.edges());
        return all;
    }

    private PlanSpec spec(DeltaCase c) {
        return PlanSpec.of(c.variant(), c.shape())
                .onDevice(device())
                .withForm(Form.CHUNK)
                .withChunkSize(chunkSizes().getFirst());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void recurrentMatchesReference(DeltaCase c) {
        PlanSpec spec = spec(c).withForm(Form.RECURRENT).withScale(0.3);
        DeltaInputs in = c.inputs();
        Verify.matchesReference("recurrent", spec, in, Verify.run(engine(), spec, in));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void chunkAndAutoMatchReference(DeltaCase c) {
        DeltaInputs in = c.inputs();
        Verify.Expected expected = Verify.expected(spec(c), in);
        for (int C : chunkSizes()) {
            expected.matches("chunk " + C, Verify.run(engine(), spec(c).withChunkSize(C), in));
        }
        if (forms().contains(Form.AUTO)) {
            expected.matches(
                    "auto",
                    Verify.run(engine(), PlanSpec.of(c.variant(), c.shape()).onDevice(device()), in));
        }
    }

    /** The cases it runs in two halves. */
    protected List<DeltaCase> splitCases() {
        return DeltaCases.small();
    }

    @ParameterizedTest
    @MethodSource("splitCases")
    void resumesFromAnySplit(DeltaCase c) {
        DeltaInputs in = c.inputs();
        for (Form form : forms()) {
            PlanSpec spec = spec(c).withForm(form);
            DeltaOutputs whole = Verify.run(engine(), spec, in);
            for (int split : new int[] {1, c.shape().T() / 2 + 1}) {
                DeltaOutputs first = Verify.run(engine(), spec, Slices.tokens(in, c.shape(), 0, split));
                DeltaOutputs second = Verify.run(
                        engine(),
                        spec,
                        Slices.tokens(in, c.shape(), split, c.shape().T()).withInitialState(first.finalState()));
                DeltaOutputs joined = Slices.join(first, second, second.finalState());
                Verify.agree(form + " split at " + split, whole, joined, 4 * Float32Recurrence.REORDERING_FLOOR);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("splitCases")
    void keptStateEqualsPassedState(DeltaCase c) {
        DeltaInputs in = c.inputs();
        int split = c.shape().T() / 3 + 1;
        PlanSpec spec = spec(c);
        DeltaOutputs whole = Verify.run(engine(), spec, in);
        try (DeltaPlan plan = engine().plan(spec.keepingState())) {
            plan.loadState(in.initialState());
            DeltaOutputs first = plan.run(Slices.tokens(in, c.shape(), 0, split).withInitialState(null));
            DeltaOutputs second =
                    plan.run(Slices.tokens(in, c.shape(), split, c.shape().T()).withInitialState(null));
            Tensor saved = Tensor.zeros(second.finalState().dims()).fill(Float.NaN);
            plan.saveState(saved);
            Verify.agree("kept", whole, Slices.join(first, second, saved), 4 * Float32Recurrence.REORDERING_FLOOR);
        }
    }

    @Test
    void finalStateIsWrittenOnlyWhereWanted() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 21, 1, 2, 16, 12, 1);
        DeltaInputs in = c.inputs().withInitialState(null);
        for (Form form : forms()) {
            PlanSpec spec = spec(c).withForm(form);
            DeltaOutputs both = Verify.run(engine(), spec, in);
            try (DeltaPlan plan = engine().plan(spec.keepingState())) {
                DeltaOutputs read = DeltaOutputs.poisoned(c.shape());
                plan.run(in, new DeltaOutputs(read.o(), read.oCross(), null));
                plan.saveState(read.finalState());
                Verify.agree("without final state, " + form, both, read, Float32Recurrence.REORDERING_FLOOR);
            }
        }
    }

    @Test
    void packedEqualsSeparate() {
        packedEqualsSeparate(
                DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 1, 1, 2, 16, 12, 1).packed(19, 0, 1, 34));
        packedEqualsSeparate(DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 1, 1, 2, 12, 16, 2)
                .packed(11, 0, 1, 18)
                .withCrossRead(1));
    }

    private void packedEqualsSeparate(DeltaCase c) {
        DeltaInputs in = c.inputs();
        for (Form form : forms()) {
            DeltaOutputs packed = Verify.run(engine(), spec(c).withForm(form), in);
            int[] ends = in.cuSeqlens();
            for (int i = 0; i + 1 < ends.length; i++) {
                DeltaInputs one = Slices.sequence(in, c.shape(), i);
                PlanSpec spec = PlanSpec.of(c.variant(), one.validate(c.variant()))
                        .onDevice(device())
                        .withChunkSize(chunkSizes().getFirst())
                        .withForm(form);
                Verify.agree(
                        form + " sequence " + i,
                        Verify.run(engine(), spec, one),
                        Slices.sequence(packed, c.shape(), ends, i),
                        Float32Recurrence.REORDERING_FLOOR);
            }
        }
    }

    /** What many erasures leave of a state is small beside what it was, and still has to be right. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 12})
    void fewKeyChannelsKeepTheirDigits(int K) {
        DeltaCase c = DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 64, 1, 1, K, 16, 1);
        DeltaInputs in = DeltaCases.erasing(c, K == 1 ? 0.3f : 0.9f);
        Verify.Expected expected = Verify.expected(spec(c), in);
        for (Form form : forms()) {
            for (int C : form != Form.RECURRENT ? chunkSizes() : List.of(1)) {
                PlanSpec spec = spec(c).withForm(form).withChunkSize(C);
                expected.matches(form + " " + C, Verify.run(engine(), spec, in));
            }
        }
    }

    /** Decays given as exp(g) lie in (0, 1], and would grow the state without a word. */
    @Test
    void decaysAboveZeroAreRefusedBeforeAnythingIsComputed() {
        for (Gate gate : List.of(Gate.SCALAR, Gate.CHANNEL)) {
            DeltaCase c = DeltaCase.of(
                    gate == Gate.SCALAR ? Variant.GATED_DELTA_RULE : Variant.KDA, gate, 1, 5, 1, 2, 16, 12, 1);
            DeltaInputs in = c.inputs();
            in.get(Input.G).set(7, Float.MIN_VALUE);
            for (Form form : forms()) {
                DeltaOutputs out = DeltaOutputs.poisoned(c.shape());
                try (DeltaPlan plan = engine().plan(spec(c).withForm(form))) {
                    String message = assertThrows(InvalidInputException.class, () -> plan.run(in, out))
                            .getMessage();
                    assertTrue(message.startsWith("g: expected natural logarithms of decays, at most 0"), message);
                    assertTrue(message.contains("1.4E-45 at row-major index 7"), message);
                }
                assertTrue(Float.isNaN(out.o().get(0))
                        && Float.isNaN(out.finalState().get(0)));
            }
        }
    }

    @Test
    void whatIsNotFiniteIsNamed() {
        DeltaCase c = DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 5, 1, 2, 16, 12, 1);
        for (Form form : forms()) {
            for (Input input : c.inputs().tensors().keySet()) {
                DeltaInputs in = c.inputs();
                in.get(input).set(3, Float.NaN);
                String message = assertThrows(
                                NumericException.class, () -> Verify.run(engine(), spec(c).withForm(form), in))
                        .getMessage();
                assertEquals(input.id() + ": expected finite numbers but found NaN at row-major index 3", message);
            }
            DeltaInputs in = c.inputs();
            in.initialState().set(2, Float.POSITIVE_INFINITY);
            String message = assertThrows(
                            NumericException.class, () -> Verify.run(engine(), spec(c).withForm(form), in))
                    .getMessage();
            assertEquals("initial_state: expected finite numbers but found Infinity at row-major index 2", message);
        }
    }

    @Test
    void withoutInitialStateStartsFromZeros() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 21, 1, 1, 16, 12, 1);
        DeltaInputs in = c.inputs().withInitialState(null);
        for (Form form : forms()) {
            PlanSpec spec = spec(c).withForm(form);
            Verify.matchesReference("zeros " + form, spec, in, Verify.run(engine(), spec, in));
        }
    }

    @Test
    void collapsesToParent() {
        DeltaCase kda = DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 37, 1, 2, 16, 12, 1);
        DeltaInputs in = kda.inputs();
        Tensor perHead = DeltaCase.uniform(new java.util.Random(5), -1, 0, 1, 37, 2);
        Tensor perChannel = repeated(perHead, 16);
        DeltaInputs scalar = in.with(Input.G, perHead);
        DeltaInputs channel = in.with(Input.G, perChannel);
        DeltaInputs none = in.with(Input.G, null);
        collapse("KDA with equal channels is the gated rule", Variant.GATED_DELTA_RULE, scalar, Variant.KDA, channel);
        collapse(
                "gated with g = 0 is the delta rule",
                Variant.DELTA_RULE,
                none,
                Variant.GATED_DELTA_RULE,
                in.with(Input.G, Tensor.zeros(1, 37, 2)));
        collapse(
                "Comba with p = k is the gated rule",
                Variant.GATED_DELTA_RULE,
                scalar,
                Variant.COMBA,
                scalar.with(Input.P, in.get(Input.K)));
        Tensor beta = in.get(Input.BETA);
        Map<Input, Integer> widths = Map.of(Input.B, 16, Input.W, 12);
        DeltaInputs gdn2 = in.with(Input.BETA, null);
        for (Map.Entry<Input, Integer> gate : widths.entrySet()) {
            gdn2 = gdn2.with(gate.getKey(), repeated(beta, gate.getValue()));
        }
        collapse("GDN-2 with b = w = β is KDA", Variant.KDA, in, Variant.GDN2, gdn2);
        collapse(
                "one Householder factor is the gated rule",
                Variant.GATED_DELTA_RULE,
                scalar,
                Variant.GATED_DELTA_PRODUCT,
                scalar);
        collapse("one Householder factor is KDA", Variant.KDA, in, Variant.GATED_DELTA_PRODUCT, in);
    }

    @Test
    void whatErasesNothingIsSsd() {
        DeltaInputs in =
                DeltaCase.of(Variant.SSD, Gate.CHANNEL, 1, 37, 1, 2, 16, 12, 1).inputs();
        DeltaInputs scalar = in.with(Input.G, DeltaCase.uniform(new java.util.Random(5), -1, 0, 1, 37, 2));
        collapse(
                "Comba with p = 0 is ssd",
                Variant.SSD,
                scalar,
                Variant.COMBA,
                scalar.with(Input.P, Tensor.zeros(1, 37, 1, 16)));
        collapse(
                "GDN-2 with b = 0 and w = β is ssd",
                Variant.SSD,
                in,
                Variant.GDN2,
                in.with(Input.BETA, null)
                        .with(Input.B, Tensor.zeros(1, 37, 1, 16))
                        .with(Input.W, repeated(in.get(Input.BETA), 12)));
        float vanishing = 0x1p-60f;
        Tensor v = in.get(Input.V);
        Tensor grown = Tensor.zeros(v.dims());
        for (int i = 0; i < v.size(); i++) {
            grown.set(i, in.get(Input.BETA).get(i / 12) * v.get(i) / vanishing);
        }
        DeltaInputs none = in.with(Input.G, null);
        collapse(
                "the delta rule with β → 0 and v grown by as much is ssd",
                Variant.SSD,
                none,
                Variant.DELTA_RULE,
                none.with(Input.V, grown)
                        .with(Input.BETA, Tensor.zeros(1, 37, 2).fill(vanishing)));
    }

    @Test
    void rowsOfKappaAndADecayAreRwkv7() {
        Rwkv7Step step = Rwkv7Step.random(11, 21, 2, 16, 12);
        DeltaInputs rows = step.rows();
        for (Form form : forms()) {
            PlanSpec spec = PlanSpec.of(Variant.RWKV7, rows.validate(Variant.RWKV7))
                    .onDevice(device())
                    .withChunkSize(chunkSizes().getFirst())
                    .withScale(1)
                    .withForm(form);
            Verify.agree(
                    "RWKV-7 in its own letters, " + form,
                    step.run(),
                    Verify.run(engine(), spec, rows),
                    4 * Float32Recurrence.REORDERING_FLOOR);
        }
    }

    @Test
    void equalDecaysOfChannelsAreOneOfTheHead() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 21, 1, 2, 16, 12, 2);
        DeltaInputs scalar = c.inputs();
        DeltaInputs channel = scalar.with(Input.G, repeated(scalar.get(Input.G), 16));
        collapse(
                "two Householder factors with equal decays of all channels", c.variant(), scalar, c.variant(), channel);
    }

    /** A number per head, for each of its channels. */
    static Tensor repeated(Tensor perHead, int width) {
        Tensor wide = Tensor.zeros(perHead.dim(0), perHead.dim(1), perHead.dim(2), width);
        for (int i = 0; i < wide.size(); i++) {
            wide.set(i, perHead.get(i / width));
        }
        return wide;
    }

    private void collapse(String law, Variant parent, DeltaInputs parentIn, Variant child, DeltaInputs childIn) {
        for (Form form : forms()) {
            DeltaOutputs expected = run(parent, parentIn, form);
            Verify.agree(
                    law + ", " + form, expected, run(child, childIn, form), 4 * Float32Recurrence.REORDERING_FLOOR);
        }
    }

    private DeltaOutputs run(Variant variant, DeltaInputs in, Form form) {
        PlanSpec spec = PlanSpec.of(variant, in.validate(variant))
                .onDevice(device())
                .withChunkSize(chunkSizes().getFirst())
                .withForm(form);
        return Verify.run(engine(), spec, in);
    }

    @Test
    void aPlanServesShorterRunsAndRepeats() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 40, 1, 2, 16, 12, 1);
        DeltaInputs in = c.inputs();
        for (Form form : forms()) {
            PlanSpec spec = spec(c).withForm(form);
            try (DeltaPlan plan = engine().plan(spec)) {
                for (int tokens : new int[] {40, 7, 33, 40, 0}) {
                    DeltaInputs part = Slices.tokens(in, c.shape(), 0, tokens);
                    DeltaOutputs out = DeltaOutputs.poisoned(part.validate(c.variant()));
                    plan.run(part, out);
                    Verify.matchesReference(form + " T=" + tokens, spec, part, out);
                }
            }
        }
    }

    @Test
    void doesNotModifyItsInputs() {
        DeltaCase c = DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 20, 1, 2, 16, 12, 1);
        DeltaInputs in = c.inputs();
        Verify.run(engine(), spec(c), in);
        DeltaInputs fresh = c.inputs();
        for (Map.Entry<Input, Tensor> entry : fresh.tensors().entrySet()) {
            assertEquals(
                    -1, entry.getValue().data().mismatch(in.get(entry.getKey()).data()), entry.getKey()::id);
        }
        assertEquals(-1, fresh.initialState().data().mismatch(in.initialState().data()));
    }

    @Test
    void refusesWhatDoesNotFitAndUseAfterClose() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 8, 1, 1, 8, 4, 1);
        DeltaPlan plan = engine().plan(spec(c));
        DeltaInputs longer = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 9, 1, 1, 8, 4, 1)
                .inputs();
        DeltaOutputs room = DeltaOutputs.poisoned(longer.validate(c.variant()));
        assertThrows(InvalidInputException.class, () -> plan.run(longer, room));
        DeltaOutputs wrong = DeltaOutputs.poisoned(longer.validate(c.variant()));
        assertThrows(InvalidInputException.class, () -> plan.run(c.inputs(), wrong));
        assertThrows(IllegalStateException.class, () -> plan.loadState(null));
        plan.close();
        plan.close();
        assertThrows(IllegalStateException.class, () -> plan.run(c.inputs()));
    }
}
