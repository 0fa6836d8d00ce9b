package io.deltarule.core.testkit;

import static io.deltarule.core.Gate.CHANNEL;
import static io.deltarule.core.Gate.NONE;
import static io.deltarule.core.Gate.SCALAR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.Form;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Levels;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold of log-linear states on every engine. An engine's test extends this class and says which engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class LevelLaws {
    /** The engine under test. */
    protected abstract DeltaEngine engine();

    /** Its device, or null for its own choice. */
    protected String device() {
        return null;
    }

    /** Forms to run. */
    protected List<Form> forms() {
        return List.of(Form.values());
    }

    /** Chunk sizes to run. */
    protected List<Integer> chunkSizes() {
        return List.of(16, 32);
    }

    /** Where a sequence of 21 tokens is cut in two. */
    protected List<Integer> splits() {
        return IntStream.rangeClosed(0, 21).boxed().toList();
    }

    /** Lengths of which the levels are looked at. */
    protected List<Integer> lengths() {
        return List.of(1, 2, 3, 4, 7, 8, 9, 31, 32, 33);
    }

    /** Cases that are held to the operation with one state; {@link #cases} as a rule. */
    protected List<DeltaCase> parentCases() {
        return cases();
    }

    /** Cases that are held to the reference. */
    protected List<DeltaCase> cases() {
        return List.of(
                DeltaCase.of(Variant.DELTA_RULE, NONE, 1, 37, 1, 2, 16, 24, 1)
                        .withBeta(2)
                        .withLevels(0),
                DeltaCase.of(Variant.GATED_DELTA_RULE, SCALAR, 2, 70, 1, 2, 16, 20, 1)
                        .withLevels(1),
                DeltaCase.of(Variant.KDA, CHANNEL, 1, 1, 1, 2, 20, 16, 1)
                        .packed(5, 0, 34, 1, 20)
                        .withLevels(0),
                DeltaCase.of(Variant.COMBA, SCALAR, 1, 33, 1, 2, 16, 8, 1).withLevels(0),
                DeltaCase.of(Variant.GDN2, CHANNEL, 1, 33, 1, 2, 16, 12, 1).withLevels(0),
                DeltaCase.of(Variant.GATED_DELTA_PRODUCT, SCALAR, 1, 36, 1, 2, 12, 16, 3)
                        .withLevels(0),
                DeltaCase.of(Variant.GATED_DELTA_PRODUCT, CHANNEL, 1, 33, 1, 1, 12, 16, 2)
                        .withLevels(0),
                DeltaCase.of(Variant.SSD, NONE, 1, 64, 1, 2, 16, 12, 1).withLevels(0),
                DeltaCase.of(Variant.SSD, SCALAR, 1, 106, 2, 4, 16, 16, 1).withLevels(0),
                DeltaCase.of(Variant.SSD, CHANNEL, 1, 31, 1, 2, 16, 12, 1).withLevels(2),
                DeltaCase.of(Variant.GATED_DELTA_RULE, SCALAR, 1, 65, 1, 1, 16, 8, 1)
                        .withDecay(50)
                        .withLevels(0),
                DeltaCase.of(Variant.KDA, CHANNEL, 1, 32, 1, 1, 16, 8, 1)
                        .withDecay(1000)
                        .withLevels(0),
                DeltaCase.of(Variant.GATED_DELTA_RULE, SCALAR, 1, 0, 1, 2, 8, 4, 1)
                        .withLevels(1));
    }

    private PlanSpec spec(DeltaCase c, Form form, int C) {
        return PlanSpec.of(c.variant(), c.shape())
                .withForm(form)
                .withChunkSize(C)
                .onDevice(device());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matchesReference(DeltaCase c) {
        DeltaInputs in = c.inputs();
        Verify.Expected expected = Verify.expected(spec(c, Form.RECURRENT, 16), in);
        for (Form form : forms()) {
            for (int C : chunkSizes()) {
                PlanSpec spec = spec(c, form, C);
                expected.matches(form + " C=" + C, Verify.run(engine(), spec, in));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsMatchReference(DeltaCase c) {
        DeltaInputs in = c.inputs();
        DeltaCotangents given = c.cotangents();
        VerifyGradients.Expected expected = VerifyGradients.expected(spec(c, Form.CHUNK, 16), in, given);
        for (int C : chunkSizes()) {
            expected.matches("C=" + C, VerifyGradients.run(engine(), spec(c, Form.CHUNK, C), in, given));
        }
    }

    /** The weight of a level that is not there at its token has no gradient. */
    @Test
    void absentLevelsHaveNoGradient() {
        DeltaCase c = DeltaCase.of(Variant.KDA, CHANNEL, 1, 40, 1, 1, 16, 12, 1).withLevels(1);
        Tensor gradient = VerifyGradients.run(engine(), spec(c, Form.CHUNK, 16), c.inputs(), c.cotangents())
                .get(Input.LAMBDA);
        int L = c.shape().levels();
        for (int i = 0; i < 40 * L; i++) {
            assertEquals(Levels.live(i / L, i % L), gradient.get(i) != 0, "token " + i / L + " level " + i % L);
        }
    }

    /** λ = 1 is the operation without levels, whose state is the sum of theirs. */
    @ParameterizedTest
    @MethodSource("parentCases")
    void equalWeightsCollapseToParent(DeltaCase c) {
        DeltaInputs in = c.inputs();
        in.get(Input.LAMBDA).fill(1);
        DeltaInputs parent = in.with(Input.LAMBDA, null);
        for (Form form : forms()) {
            DeltaOutputs expected = Verify.run(
                    engine(),
                    PlanSpec.of(c.variant(), c.shape().withLevels(0))
                            .withForm(form)
                            .withChunkSize(16)
                            .onDevice(device()),
                    parent);
            DeltaOutputs found = Verify.run(engine(), spec(c, form, 16), in);
            Verify.agree(
                    "" + form,
                    expected,
                    new DeltaOutputs(found.o(), sumOfLevels(found.finalState(), c)),
                    4 * Float32Recurrence.REORDERING_FLOOR);
        }
    }

    private static Tensor sumOfLevels(Tensor states, DeltaCase c) {
        Tensor sum = Tensor.zeros(c.shape().withLevels(0).state().dims());
        int size = c.shape().K() * c.shape().V();
        for (int i = 0; i < states.size(); i++) {
            int to = i / size / c.shape().levels() * size + i % size;
            sum.set(to, sum.get(to) + states.get(i));
        }
        return sum;
    }

    /** Only level 0: a token reads what it wrote itself, o = scale (q·k) u without erasure of what is not there. */
    @Test
    void levelZeroIsTheTokenItself() {
        DeltaCase c = DeltaCase.of(Variant.KDA, CHANNEL, 1, 37, 1, 1, 16, 12, 1).withLevels(0);
        DeltaInputs in = c.inputs();
        Tensor lambda = in.get(Input.LAMBDA);
        for (int i = 0; i < lambda.size(); i++) {
            lambda.set(i, i % c.shape().levels() == 0 ? 1 : 0);
        }
        for (Form form : forms()) {
            Tensor o = Verify.run(engine(), spec(c, form, 16).withScale(1), in).o();
            for (int t = 0; t < 37; t++) {
                double dot = 0;
                for (int d = 0; d < 16; d++) {
                    dot += (double) in.get(Input.Q).get(t * 16L + d)
                            * in.get(Input.K).get(t * 16L + d);
                }
                double u = dot * in.get(Input.BETA).get(t) * in.get(Input.V).get(t * 12L);
                assertEquals(u, o.get(t * 12L), 1e-6 * Math.max(1, Math.abs(u)), form + " token " + t);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void liveLevelsAreTheBitsOfTheLastPosition(int T) {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, SCALAR, 1, T, 1, 1, 8, 8, 1)
                .withLevels(1);
        for (Form form : forms()) {
            Tensor state = Verify.run(engine(), spec(c, form, 16), c.inputs()).finalState();
            for (int level = 0; level < c.shape().levels(); level++) {
                boolean any = false;
                for (int i = 0; i < 64; i++) {
                    any |= state.get(level * 64L + i) != 0;
                }
                assertEquals(Levels.live(T - 1, level), any, form + " level " + level);
            }
        }
    }

    /** A weight of a level that is not there at its token changes nothing. */
    @Test
    void weightsOfAbsentLevelsDoNotCount() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, SCALAR, 1, 40, 1, 1, 16, 12, 1)
                .withLevels(1);
        DeltaInputs in = c.inputs();
        DeltaInputs other = c.inputs();
        int L = c.shape().levels();
        for (int t = 0; t < 40; t++) {
            for (int level = 0; level < L; level++) {
                if (!Levels.live(t, level)) {
                    other.get(Input.LAMBDA).set((long) t * L + level, 1e6f);
                }
            }
        }
        for (Form form : forms()) {
            Verify.agree(
                    "" + form,
                    Verify.run(engine(), spec(c, form, 16), in),
                    Verify.run(engine(), spec(c, form, 16), other),
                    0);
        }
    }

    @Test
    void goesOnAtEverySplit() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, SCALAR, 1, 21, 1, 2, 16, 12, 1)
                .withLevels(0);
        DeltaInputs in = c.inputs();
        for (Form form : forms()) {
            DeltaOutputs whole = Verify.run(engine(), spec(c, form, 16), in);
            for (int split : splits()) {
                try (DeltaPlan first = engine().plan(spec(c, form, 16).keepingState());
                        DeltaPlan second = engine().plan(spec(c, form, 16).keepingState())) {
                    DeltaOutputs a = first.run(Slices.tokens(in, c.shape(), 0, split));
                    assertEquals(split, first.positions()[0]);
                    Tensor kept = Tensor.zeros(c.shape().state().dims());
                    first.saveState(kept);
                    second.loadState(kept, first.positions());
                    DeltaOutputs b = second.run(Slices.tokens(in, c.shape(), split, 21));
                    Verify.agree(
                            form + " split " + split,
                            whole,
                            new DeltaOutputs(Slices.join(a.o(), b.o()), b.finalState()),
                            4 * Float32Recurrence.REORDERING_FLOOR);
                }
            }
        }
    }

    @Test
    void refusesWhatLevelsDoNotReach() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, SCALAR, 1, 16, 1, 1, 8, 8, 1)
                .withLevels(0);
        try (DeltaPlan plan = engine().plan(spec(c, Form.RECURRENT, 16).keepingState())) {
            plan.run(c.inputs());
            String message = assertThrows(
                            InvalidInputException.class, () -> plan.run(Slices.tokens(c.inputs(), c.shape(), 0, 1)))
                    .getMessage();
            assertTrue(message.contains("2^4 = 16") && message.contains("17"), message);
            assertThrows(
                    InvalidInputException.class,
                    () -> plan.loadState(Tensor.zeros(c.shape().state().dims()), new int[] {17}));
            assertThrows(
                    InvalidInputException.class,
                    () -> plan.loadState(Tensor.zeros(c.shape().state().dims())));
        }
        DeltaInputs in = c.inputs();
        Tensor initial = Tensor.zeros(c.shape().state().dims());
        assertThrows(
                InvalidInputException.class, () -> in.withInitialState(initial).validate(c.variant()));
        assertThrows(
                InvalidInputException.class,
                () -> in.with(Input.LAMBDA, Tensor.zeros(1, 16, 1, 4)).validate(c.variant()));
    }

    /** Within what float32 allows, packed sequences are the same as each alone. */
    @Test
    void packedEqualsSeparate() {
        DeltaCase c = DeltaCase.of(Variant.SSD, SCALAR, 1, 1, 1, 2, 16, 12, 1)
                .packed(5, 17, 0, 8)
                .withLevels(0);
        DeltaInputs in = c.inputs();
        for (Form form : forms()) {
            DeltaOutputs all = Verify.run(engine(), spec(c, form, 16), in);
            int[] ends = in.cuSeqlens();
            for (int i = 0; i + 1 < ends.length; i++) {
                DeltaInputs one = Slices.sequence(in, c.shape(), i);
                DeltaOutputs alone = Verify.run(
                        engine(),
                        PlanSpec.of(c.variant(), one.validate(c.variant()))
                                .withForm(form)
                                .withChunkSize(16)
                                .onDevice(device()),
                        one);
                Verify.agree(
                        form + " sequence " + i,
                        alone,
                        Slices.sequence(all, c.shape(), ends, i),
                        4 * Float32Recurrence.REORDERING_FLOOR);
            }
        }
    }
}
