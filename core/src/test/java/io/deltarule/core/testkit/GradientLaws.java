package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What must hold of every engine's backward pass. An engine's test extends this class and says which engine, device,
 * chunk sizes, forms and cases; the laws are the same everywhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class GradientLaws {
    private static final double REORDERED = 4 * Float32Recurrence.REORDERING_FLOOR;

    /** The engine under test. */
    protected abstract DeltaEngine engine();

    /** Its device, or null for its own choice. */
    protected String device() {
        return null;
    }

    /** The chunk sizes it must get right. */
    protected abstract List<Integer> chunkSizes();

    /** The forms in which it has a backward pass; it refuses the others. */
    protected List<Form> forms() {
        return List.of(Form.RECURRENT, Form.CHUNK);
    }

    /** The cases it runs; add {@link DeltaCases#large} where the engine is fast enough. */
    protected List<DeltaCase> cases() {
        List<DeltaCase> all = new ArrayList<>(DeltaCases.small());
        all.addAll(DeltaCases.edges());
        return all;
    }

    private PlanSpec spec(Variant variant, DeltaShape shape) {
        return PlanSpec.of(variant, shape)
                .onDevice(device())
                .withForm(forms().getFirst())
                .withChunkSize(chunkSizes().getFirst());
    }

    private PlanSpec spec(DeltaCase c) {
        return spec(c.variant(), c.shape());
    }

    private DeltaGradients run(PlanSpec spec, DeltaInputs in, DeltaCotangents given) {
        return VerifyGradients.run(engine(), spec, in, given);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsMatchReference(DeltaCase c) {
        DeltaInputs in = c.inputs();
        DeltaCotangents given = c.cotangents();
        VerifyGradients.Expected expected = VerifyGradients.expected(spec(c).withScale(0.3), in, given);
        for (Form form : forms()) {
            for (int C : form == Form.CHUNK ? chunkSizes() : List.of(1)) {
                PlanSpec spec = spec(c).withForm(form).withChunkSize(C).withScale(0.3);
                expected.matches(form + " " + C, run(spec, in, given));
            }
        }
    }

    /** The cases it runs in two halves; fewer where making a plan takes long. */
    protected List<DeltaCase> splitCases() {
        return DeltaCases.small();
    }

    @ParameterizedTest
    @MethodSource("splitCases")
    void twoHalvesEqualTheWhole(DeltaCase c) {
        DeltaInputs in = c.inputs();
        DeltaCotangents given = c.cotangents();
        DeltaShape s = c.shape();
        for (Form form : forms()) {
            PlanSpec spec = spec(c).withForm(form);
            DeltaGradients whole = run(spec, in, given);
            for (int split : new int[] {1, s.T() / 2 + 1}) {
                DeltaInputs head = Slices.tokens(in, s, 0, split);
                DeltaInputs tail = Slices.tokens(in, s, split, s.T())
                        .withInitialState(Verify.run(engine(), spec, head).finalState());
                DeltaGradients second = run(spec, tail, tokens(given, split, s.T(), given.finalState()));
                DeltaGradients first = run(spec, head, tokens(given, 0, split, second.initialState()));
                VerifyGradients.agree(form + " split at " + split, whole, joined(first, second), REORDERED);
            }
        }
    }

    private static DeltaCotangents tokens(DeltaCotangents given, int from, int to, Tensor finalState) {
        return new DeltaCotangents(
                Slices.rows(given.o(), from, to),
                given.oCross() == null ? null : Slices.rows(given.oCross(), from, to),
                finalState);
    }

    private static DeltaGradients joined(DeltaGradients first, DeltaGradients second) {
        Map<Input, Tensor> tensors = new EnumMap<>(Input.class);
        first.tensors().forEach((input, tensor) -> tensors.put(input, Slices.join(tensor, second.get(input))));
        return new DeltaGradients(tensors, first.initialState());
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
        DeltaCotangents given = c.cotangents();
        int[] ends = in.cuSeqlens();
        for (Form form : forms()) {
            DeltaGradients packed = run(spec(c).withForm(form), in, given);
            for (int i = 0; i + 1 < ends.length; i++) {
                DeltaInputs one = Slices.sequence(in, c.shape(), i);
                PlanSpec spec = spec(c.variant(), one.validate(c.variant())).withForm(form);
                DeltaGradients alone =
                        run(spec, one, tokens(given, ends[i], ends[i + 1], Slices.state(given.finalState(), i)));
                Map<Input, Tensor> part = new EnumMap<>(Input.class);
                for (Map.Entry<Input, Tensor> entry : packed.tensors().entrySet()) {
                    int per = entry.getKey().perToken() ? 1 : c.shape().householders();
                    part.put(entry.getKey(), Slices.rows(entry.getValue(), ends[i] * per, ends[i + 1] * per));
                }
                VerifyGradients.agree(
                        form + " sequence " + i,
                        alone,
                        new DeltaGradients(part, Slices.state(packed.initialState(), i)),
                        Float32Recurrence.REORDERING_FLOOR);
            }
        }
    }

    @Test
    void whatIsNotGivenIsZero() {
        DeltaCase c = DeltaCase.of(Variant.DELTALENS, Gate.SCALAR, 1, 21, 1, 2, 16, 12, 1);
        DeltaInputs in = c.inputs().withInitialState(null);
        DeltaCotangents all = c.cotangents();
        Tensor none = Tensor.zeros(all.o().dims());
        Tensor noState = Tensor.zeros(all.finalState().dims());
        for (Form form : forms()) {
            PlanSpec spec = spec(c).withForm(form);
            VerifyGradients.agree(
                    "only o",
                    run(spec, in, new DeltaCotangents(all.o(), none, noState)),
                    run(spec, in, new DeltaCotangents(all.o(), null, null)),
                    0);
            VerifyGradients.agree(
                    "only o_cross",
                    run(spec, in, new DeltaCotangents(none, all.oCross(), noState)),
                    run(spec, in, new DeltaCotangents(null, all.oCross(), null)),
                    0);
            VerifyGradients.agree(
                    "only final_state",
                    run(spec, in, new DeltaCotangents(none, none, all.finalState())),
                    run(spec, in, new DeltaCotangents(null, null, all.finalState())),
                    0);
            DeltaGradients nothing = run(spec, in, new DeltaCotangents(null, null, null));
            VerifyGradients.byName(nothing).forEach((name, tensor) -> {
                for (long i = 0; i < tensor.size(); i++) {
                    assertEquals(0, tensor.get(i), 0.0, name);
                }
            });
        }
    }

    @Test
    void theEngineChoosesAChunkSizeWhereNoneIsGiven() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 21, 1, 2, 16, 12, 1);
        PlanSpec spec = spec(c).withChunkSize(PlanSpec.OWN_CHUNK_SIZE);
        VerifyGradients.matchesReference(
                "own chunk size", spec, c.inputs(), c.cotangents(), run(spec, c.inputs(), c.cotangents()));
    }

    @Test
    void initialStateGradientIsWrittenOnlyWhereWanted() {
        DeltaCase c = DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 21, 1, 2, 16, 12, 1);
        DeltaInputs in = c.inputs();
        PlanSpec spec = spec(c);
        DeltaGradients both = run(spec, in, c.cotangents());
        DeltaGradients without =
                new DeltaGradients(DeltaGradients.poisoned(in, c.shape()).tensors(), null);
        try (GradientPlan plan = engine().gradientPlan(spec)) {
            plan.run(in, c.cotangents(), without);
        }
        VerifyGradients.agree("without d_initial_state", both, without, 0);
    }

    @Test
    void collapsesToParent() {
        DeltaCase kda = DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 37, 1, 2, 16, 12, 1);
        DeltaCotangents given = kda.cotangents();
        Tensor perHead = DeltaCase.uniform(new java.util.Random(5), -1, 0, 1, 37, 2);
        DeltaInputs scalar = kda.inputs().with(Input.G, perHead);
        Tensor perChannel = EngineLaws.repeated(perHead, 16);
        for (Form form : forms()) {
            DeltaGradients gated = run(spec(Variant.GATED_DELTA_RULE, scalar, form), scalar, given);
            DeltaInputs channel = scalar.with(Input.G, perChannel);
            DeltaGradients wide = run(spec(Variant.KDA, channel, form), channel, given);
            VerifyGradients.agree(
                    "KDA with equal channels is the gated rule, " + form,
                    gated,
                    with(wide, Input.G, sums(wide.get(Input.G), 16)),
                    REORDERED);

            DeltaInputs comba = scalar.with(Input.P, scalar.get(Input.K));
            DeltaGradients two = run(spec(Variant.COMBA, comba, form), comba, given);
            Tensor dk = Tensor.zeros(two.get(Input.K).dims());
            for (long i = 0; i < dk.size(); i++) {
                dk.set(i, two.get(Input.K).get(i) + two.get(Input.P).get(i));
            }
            VerifyGradients.agree(
                    "Comba with p = k is the gated rule, " + form,
                    gated,
                    with(with(two, Input.K, dk), Input.P, null),
                    REORDERED);

            VerifyGradients.agree(
                    "one Householder factor is the gated rule, " + form,
                    gated,
                    run(spec(Variant.GATED_DELTA_PRODUCT, scalar, form), scalar, given),
                    REORDERED);

            DeltaInputs none = scalar.with(Input.G, null);
            DeltaInputs still = scalar.with(Input.G, Tensor.zeros(1, 37, 2));
            DeltaGradients undecayed = run(spec(Variant.GATED_DELTA_RULE, still, form), still, given);
            VerifyGradients.agree(
                    "gated with g = 0 is the delta rule, " + form,
                    run(spec(Variant.DELTA_RULE, none, form), none, given),
                    with(undecayed, Input.G, null),
                    REORDERED);
        }
    }

    @Test
    void equalDecaysOfChannelsAreOneOfTheHead() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 21, 1, 2, 16, 12, 2);
        DeltaInputs scalar = c.inputs();
        DeltaInputs channel = scalar.with(Input.G, EngineLaws.repeated(scalar.get(Input.G), 16));
        for (Form form : forms()) {
            DeltaGradients wide = run(spec(c.variant(), channel, form), channel, c.cotangents());
            VerifyGradients.agree(
                    "two Householder factors, " + form,
                    run(spec(c.variant(), scalar, form), scalar, c.cotangents()),
                    with(wide, Input.G, sums(wide.get(Input.G), 16)),
                    REORDERED);
        }
    }

    private PlanSpec spec(Variant variant, DeltaInputs in, Form form) {
        return spec(variant, in.validate(variant)).withForm(form);
    }

    private static DeltaGradients with(DeltaGradients gradients, Input input, Tensor tensor) {
        Map<Input, Tensor> tensors = new EnumMap<>(gradients.tensors());
        tensors.remove(input);
        if (tensor != null) {
            tensors.put(input, tensor);
        }
        return new DeltaGradients(tensors, gradients.initialState());
    }

    /** The last axis summed away. */
    private static Tensor sums(Tensor wide, int width) {
        Tensor sums = Tensor.zeros(wide.dim(0), wide.dim(1), wide.dim(2));
        for (int i = 0; i < sums.size(); i++) {
            double sum = 0;
            for (int d = 0; d < width; d++) {
                sum += wide.get((long) i * width + d);
            }
            sums.set(i, (float) sum);
        }
        return sums;
    }

    @Test
    void aPlanServesShorterRunsAndRepeats() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 40, 1, 2, 16, 12, 1);
        DeltaInputs in = c.inputs();
        for (Form form : forms()) {
            PlanSpec spec = spec(c).withForm(form);
            try (GradientPlan plan = engine().gradientPlan(spec)) {
                for (int tokens : new int[] {40, 7, 33, 40, 0}) {
                    DeltaInputs part = Slices.tokens(in, c.shape(), 0, tokens);
                    DeltaCotangents given =
                            tokens(c.cotangents(), 0, tokens, c.cotangents().finalState());
                    VerifyGradients.matchesReference(form + " T=" + tokens, spec, part, given, plan.run(part, given));
                }
            }
        }
    }

    /** What many erasures leave of a gradient is small beside what it was, and still has to be right. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 12})
    void fewKeyChannelsKeepTheirDigits(int K) {
        DeltaCase c = DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 64, 1, 1, K, 16, 1);
        DeltaInputs in = DeltaCases.erasing(c, K == 1 ? 0.3f : 0.9f);
        DeltaCotangents given = new DeltaCotangents(null, null, c.cotangents().finalState());
        VerifyGradients.Expected expected = VerifyGradients.expected(spec(c), in, given);
        for (Form form : forms()) {
            for (int C : form == Form.CHUNK ? chunkSizes() : List.of(1)) {
                PlanSpec spec = spec(c).withForm(form).withChunkSize(C);
                expected.matches(form + " " + C, run(spec, in, given));
            }
        }
    }

    @Test
    void decaysAboveZeroAndWhatIsNotFiniteAreRefused() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 5, 1, 2, 16, 12, 1);
        for (Form form : forms()) {
            PlanSpec spec = spec(c).withForm(form);
            DeltaInputs growing = c.inputs();
            growing.get(Input.G).set(3, 0.5f);
            String grows = assertThrows(InvalidInputException.class, () -> run(spec, growing, c.cotangents()))
                    .getMessage();
            assertTrue(grows.contains("at most 0, but found 0.5 at row-major index 3"), grows);

            DeltaInputs bad = c.inputs();
            bad.get(Input.V).set(3, Float.NaN);
            String input = assertThrows(NumericException.class, () -> run(spec, bad, c.cotangents()))
                    .getMessage();
            assertEquals("v: expected finite numbers but found NaN at row-major index 3", input);

            DeltaCotangents given = c.cotangents();
            given.o().set(4, Float.NEGATIVE_INFINITY);
            String cotangent = assertThrows(NumericException.class, () -> run(spec, c.inputs(), given))
                    .getMessage();
            assertEquals("d_o: expected finite numbers but found -Infinity at row-major index 4", cotangent);
        }
    }

    @Test
    void forgettingEverythingHasNoGradient() {
        DeltaCase c = DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 20, 1, 1, 16, 12, 1);
        DeltaInputs in = c.inputs();
        for (int d = 0; d < 16; d++) {
            in.get(Input.G).set(9 * 16 + d, Float.NEGATIVE_INFINITY);
        }
        for (Form form : forms()) {
            PlanSpec spec = spec(c).withForm(form);
            DeltaGradients out = run(spec, in, c.cotangents());
            VerifyGradients.matchesReference("reset " + form, spec, in, c.cotangents(), out);
            for (int d = 0; d < 16; d++) {
                assertEquals(0, out.get(Input.G).get(9 * 16 + d), 1e-4); // its neighbours are of order 1
            }
        }
    }

    @Test
    void doesNotModifyItsInputs() {
        DeltaCase c = DeltaCase.of(Variant.DELTALENS, Gate.CHANNEL, 1, 20, 1, 2, 16, 12, 1);
        DeltaInputs in = c.inputs();
        DeltaCotangents given = c.cotangents();
        run(spec(c), in, given);
        DeltaInputs fresh = c.inputs();
        fresh.tensors()
                .forEach((input, tensor) ->
                        assertEquals(-1, tensor.data().mismatch(in.get(input).data()), input::id));
        assertEquals(-1, fresh.initialState().data().mismatch(in.initialState().data()));
        assertEquals(-1, c.cotangents().o().data().mismatch(given.o().data()));
        assertEquals(-1, c.cotangents().oCross().data().mismatch(given.oCross().data()));
        assertEquals(
                -1,
                c.cotangents().finalState().data().mismatch(given.finalState().data()));
    }

    @Test
    void anOpenFormIsOneThatItHas() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 8, 1, 1, 8, 4, 1);
        try (GradientPlan plan = engine().gradientPlan(spec(c).withForm(Form.AUTO))) {
            assertTrue(forms().contains(plan.spec().form()));
            assertTrue(Float.isFinite(
                    plan.run(c.inputs(), c.cotangents()).tensors().get(Input.Q).get(0)));
        }
    }

    @Test
    void refusesWhatDoesNotFitAndUseAfterClose() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 8, 1, 1, 8, 4, 1);
        DeltaCase longer = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 9, 1, 1, 8, 4, 1);
        GradientPlan plan = engine().gradientPlan(spec(c));
        assertThrows(InvalidInputException.class, () -> plan.run(longer.inputs(), longer.cotangents()));
        assertThrows(InvalidInputException.class, () -> plan.run(c.inputs(), longer.cotangents()));
        DeltaGradients wrong = DeltaGradients.poisoned(longer.inputs(), longer.shape());
        assertThrows(InvalidInputException.class, () -> plan.run(c.inputs(), c.cotangents(), wrong));
        assertThrows(InvalidInputException.class, () -> engine().gradientPlan(spec(c).keepingState()));
        for (Form form : List.of(Form.RECURRENT, Form.CHUNK)) {
            if (!forms().contains(form)) {
                assertThrows(InvalidInputException.class, () -> engine().gradientPlan(spec(c).withForm(form)));
            }
        }
        plan.close();
        plan.close();
        assertThrows(IllegalStateException.class, () -> plan.run(c.inputs(), c.cotangents()));
    }
}
