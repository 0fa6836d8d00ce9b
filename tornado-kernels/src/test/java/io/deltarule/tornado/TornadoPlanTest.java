package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.testkit.Verify;
import io.deltarule.tornado.delta.RecurrentKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a TornadoVM plan promises beyond the laws of every engine. */
@Tag(TestScope.THOROUGH)
class TornadoPlanTest {
    private static final DeltaCase CASE = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 40, 1, 2, 16, 12, 1);

    private static PlanSpec spec(DeltaCase c, Form form) {
        return PlanSpec.of(c.variant(), c.shape())
                .withForm(form)
                .withChunkSize(16)
                .onDevice(TestDevice.id());
    }

    private static TornadoPlan plan(PlanSpec spec) {
        return (TornadoPlan) new TornadoEngine().plan(spec);
    }

    private static DeltaCase shorter(int tokens) {
        return DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, tokens, 1, 2, 16, 12, 1);
    }

    private static DeltaOutputs withoutState(DeltaCase c) {
        return new DeltaOutputs(DeltaOutputs.poisoned(c.shape()).o(), null);
    }

    /** S' = 4/2 = 2, p = 3/2 − 2/2 = 1/2, S = 5/2, o = 2 · 5/2. */
    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"RECURRENT", "CHUNK"})
    void computesOneTokenAsByHand(Form form) {
        DeltaInputs in = DeltaInputs.of(
                        Tensor.of(new float[] {2}, 1, 1, 1, 1),
                        Tensor.of(new float[] {1}, 1, 1, 1, 1),
                        Tensor.of(new float[] {3}, 1, 1, 1, 1))
                .with(Input.BETA, Tensor.of(new float[] {0.5f}, 1, 1, 1))
                .with(Input.G, Tensor.of(new float[] {(float) Math.log(0.5)}, 1, 1, 1))
                .withInitialState(Tensor.of(new float[] {4}, 1, 1, 1, 1));
        DeltaShape shape = in.validate(Variant.GATED_DELTA_RULE);
        PlanSpec spec =
                PlanSpec.of(Variant.GATED_DELTA_RULE, shape).withForm(form).onDevice(TestDevice.id());
        DeltaOutputs out = Verify.run(new TornadoEngine(), spec, in);
        assertEquals(5, out.o().get(0), 1e-5);
        assertEquals(2.5, out.finalState().get(0), 1e-5);
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"RECURRENT", "CHUNK"})
    void aNewLengthDoesNotRecompile(Form form) {
        try (TornadoPlan plan = plan(spec(CASE, form))) {
            plan.profile(true);
            plan.run(CASE.inputs(), withoutState(CASE));
            assertTrue(plan.lastRun().compileNanos() > 0, "the first run compiles");
            for (int tokens : new int[] {17, 1, 39}) {
                DeltaCase c = shorter(tokens);
                plan.run(c.inputs(), withoutState(c));
                assertEquals(0, plan.lastRun().compileNanos(), () -> "compile time at T=" + tokens);
                Verify.matchesReference("T=" + tokens, plan.spec(), c.inputs(), plan.run(c.inputs()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"RECURRENT", "CHUNK"})
    void aKeptStateDoesNotTravel(Form form) {
        DeltaCase step = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 1, 1, 2, 64, 64, 1);
        DeltaInputs in = step.inputs().withInitialState(null);
        long stateBytes = 2L * 64 * 64 * Float.BYTES;
        try (TornadoPlan plan = plan(spec(step, form).keepingState())) {
            plan.profile(true);
            plan.run(in, withoutState(step));
            plan.run(in, withoutState(step));
            long copied = plan.lastRun().bytesIn() + plan.lastRun().bytesOut();
            assertTrue(copied > 0 && copied < stateBytes / 2, () -> "copied " + copied + " bytes, state " + stateBytes);
        }
    }

    @Test
    void keptStateCanBeReplacedAndReset() {
        PlanSpec spec = spec(CASE, Form.CHUNK).keepingState();
        DeltaInputs in = CASE.inputs();
        DeltaInputs stateless = in.withInitialState(null);
        try (TornadoPlan plan = plan(spec)) {
            Tensor saved = Tensor.zeros(in.initialState().dims()).fill(Float.NaN);
            plan.saveState(saved);
            assertArrayEquals(new float[(int) saved.size()], saved.toArray(), "a new plan starts from zeros");
            plan.run(stateless);
            plan.loadState(in.initialState());
            plan.saveState(saved);
            assertArrayEquals(in.initialState().toArray(), saved.toArray(), "loaded, saved");
            Verify.matchesReference("loaded", spec, in, plan.run(stateless));
            plan.loadState(null);
            Verify.matchesReference("reset", spec, stateless, plan.run(stateless));
        }
    }

    /** Values in the place of inverse and solve, and neither L nor W on the device. */
    @Test
    @Tag("emulator") // TornadoVM's count of memory has units of its own
    void whatErasesNothingHasNeitherStagesNorMemoryForIt() {
        DeltaCase gated = shorter(16);
        DeltaCase c = DeltaCase.of(Variant.SSD, Gate.SCALAR, 1, 16, 1, 2, 16, 12, 1);
        try (TornadoPlan more = plan(spec(gated, Form.CHUNK));
                TornadoPlan plan = plan(spec(c, Form.CHUNK))) {
            more.run(gated.inputs());
            plan.run(c.inputs());
            assertEquals(
                    more.graph().launches().size() - 1, plan.graph().launches().size());
            long lowerAndKeys = 2L * (16 * 16 + 16 * 16) * Float.BYTES;
            assertTrue(more.graph().deviceBytes() - plan.graph().deviceBytes() >= lowerAndKeys);
        }
    }

    @Test
    void twoPlansDoNotDisturbEachOther() {
        DeltaCase other = DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 21, 1, 2, 20, 24, 1);
        PlanSpec spec = spec(CASE, Form.CHUNK).keepingState();
        PlanSpec otherSpec = spec(other, Form.RECURRENT);
        DeltaInputs stateless = CASE.inputs().withInitialState(null);
        try (TornadoPlan first = plan(spec);
                TornadoPlan second = plan(otherSpec)) {
            first.loadState(CASE.inputs().initialState());
            Verify.matchesReference("second", otherSpec, other.inputs(), second.run(other.inputs()));
            Verify.matchesReference("first", spec, CASE.inputs(), first.run(stateless));
            Verify.matchesReference("second again", otherSpec, other.inputs(), second.run(other.inputs()));
            first.loadState(CASE.inputs().initialState());
            Verify.matchesReference("first again", spec, CASE.inputs(), first.run(stateless));
        }
    }

    @Test
    void threadsRunTheirOwnPlansAtTheSameTime() throws InterruptedException {
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (Form form : List.of(Form.CHUNK, Form.RECURRENT, Form.CHUNK)) {
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((t, e) -> failures.add(e))
                    .start(() -> {
                        for (int repeat = 0; repeat < 3; repeat++) {
                            DeltaOutputs out = Verify.run(new TornadoEngine(), spec(CASE, form), CASE.inputs());
                            Verify.matchesReference(form.id(), spec(CASE, form), CASE.inputs(), out);
                        }
                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), List.copyOf(failures));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("emulator") // TornadoVM's count of a closed plan stays as it was
    void closingFreesTheDevicesMemory(boolean keeps) {
        PlanSpec spec = spec(CASE, Form.CHUNK);
        TornadoPlan plan = plan(keeps ? spec.keepingState() : spec);
        plan.run(CASE.inputs().withInitialState(null));
        assertTrue(plan.graph().deviceBytes() > 0);
        plan.close();
        assertEquals(0, plan.graph().deviceBytes());
    }

    /** Token t of a tensor [B, T, ...]. */
    private static Tensor token(Tensor all, int t) {
        int[] dims = all.dims();
        int tokens = dims[1];
        dims[1] = 1;
        Tensor one = Tensor.zeros(dims);
        long row = one.size() / dims[0];
        for (long i = 0; i < one.size(); i++) {
            one.set(i, all.get((i / row * tokens + t) * row + i % row));
        }
        return one;
    }

    @ParameterizedTest
    @EnumSource(Gate.class)
    void tokenByTokenReadsTheStateRowsAsPrefillDoes(Gate gate) {
        for (int B : new int[] {1, 2}) {
            DeltaCase c = DeltaCase.of(Variant.DELTALENS, gate, B, 6, 1, 2, 20, 24, 1);
            DeltaInputs in = c.inputs();
            DeltaOutputs whole = Verify.run(new TornadoEngine(), spec(c, Form.CHUNK), in);
            DeltaShape token =
                    DeltaCase.of(Variant.DELTALENS, gate, B, 1, 1, 2, 20, 24, 1).shape();
            PlanSpec spec = PlanSpec.of(c.variant(), token)
                    .withForm(Form.RECURRENT)
                    .onDevice(TestDevice.id())
                    .keepingState();
            try (TornadoPlan plan = plan(spec)) {
                plan.loadState(in.initialState());
                for (int t = 0; t < 6; t++) {
                    DeltaInputs now = in.withInitialState(null);
                    for (Input input : in.tensors().keySet()) {
                        now = now.with(input, token(in.get(input), t));
                    }
                    DeltaOutputs out = DeltaOutputs.poisoned(token);
                    plan.run(now, new DeltaOutputs(out.o(), out.oCross(), null));
                    assertArrayEquals(token(whole.o(), t).toArray(), out.o().toArray(), 1e-5f);
                    assertArrayEquals(
                            token(whole.oCross(), t).toArray(), out.oCross().toArray(), 1e-5f);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"RECURRENT", "CHUNK"})
    void anInfiniteDecayIsAFullReset(Form form) {
        for (Gate gate : new Gate[] {Gate.SCALAR, Gate.CHANNEL}) {
            Variant variant = gate == Gate.SCALAR ? Variant.GATED_DELTA_RULE : Variant.KDA;
            DeltaCase c = DeltaCase.of(variant, gate, 1, 37, 1, 2, 16, 12, 1);
            DeltaInputs in = c.inputs();
            int width = c.shape().gateWidth();
            for (int token : new int[] {0, 5, 20}) {
                for (int d = 0; d < width; d++) {
                    in.get(Input.G).set((token * 2L + 1) * width + d, Float.NEGATIVE_INFINITY);
                }
            }
            PlanSpec spec = spec(c, form).withChunkSize(32);
            Verify.matchesReference(form + " " + gate, spec, in, Verify.run(new TornadoEngine(), spec, in));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"RECURRENT", "CHUNK"})
    void namesTheInputThatIsNotFinite(Form form) {
        DeltaInputs in = CASE.inputs();
        in.get(Input.K).set(3, Float.NaN);
        NumericException e =
                assertThrows(NumericException.class, () -> Verify.run(new TornadoEngine(), spec(CASE, form), in));
        assertEquals("k: expected finite numbers but found NaN at row-major index 3", e.getMessage());
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"RECURRENT", "CHUNK"})
    void saysWhereAStateGrewBeyondFloat32(Form form) {
        DeltaInputs in = CASE.inputs();
        for (int i = 0; i < in.get(Input.K).size(); i++) {
            in.get(Input.K).set(i, 1e6f);
        }
        NumericException e =
                assertThrows(NumericException.class, () -> Verify.run(new TornadoEngine(), spec(CASE, form), in));
        assertTrue(
                e.getMessage().startsWith("the state of sequence 0, value head 0 grew beyond float32"), e::getMessage);
    }

    @Test
    void aPlanIsUsableAfterAnOverflow() {
        DeltaInputs bad = CASE.inputs();
        bad.get(Input.V).set(0, Float.POSITIVE_INFINITY);
        try (TornadoPlan plan = plan(spec(CASE, Form.CHUNK))) {
            assertThrows(NumericException.class, () -> plan.run(bad));
            Verify.matchesReference("after", plan.spec(), CASE.inputs(), plan.run(CASE.inputs()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 48, 100, 128})
    void otherChunkSizesAreRefused(int C) {
        InvalidInputException e = assertThrows(
                InvalidInputException.class, () -> plan(spec(CASE, Form.CHUNK).withChunkSize(C)));
        assertTrue(e.getMessage().contains("expects 16, 32 or 64 but found " + C), e::getMessage);
    }

    @Test
    void anyChunkSizeDoesForTheRecurrentForm() {
        PlanSpec spec = spec(CASE, Form.RECURRENT).withChunkSize(48);
        Verify.matchesReference("C=48", spec, CASE.inputs(), Verify.run(new TornadoEngine(), spec, CASE.inputs()));
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"RECURRENT", "CHUNK"})
    void refusesKeysTooWideForLocalMemory(Form form) {
        DeltaCase wide = DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 1, 1, 1, 2048, 4, 1);
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> plan(spec(wide, form)));
        assertTrue(e.getMessage().startsWith("K: "), e::getMessage);
        assertTrue(e.getMessage().contains("found 2048"), e::getMessage);
    }

    /** A chunk of log-linear states has whole tokens. */
    @Test
    void refusesTokensThatDoNotFitAChunkOfLevels() {
        DeltaCase levels = DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.NONE, 1, 5, 1, 1, 8, 4, 17)
                .withLevels(0);
        PlanSpec spec = spec(levels, Form.CHUNK);
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> plan(spec.withChunkSize(16)));
        assertTrue(e.getMessage().startsWith("chunk size: "), e::getMessage);
        assertTrue(e.getMessage().contains("17"), e::getMessage);
        plan(spec.withChunkSize(32)).close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"RECURRENT", "CHUNK"})
    void theWidestKeysFitLocalMemory(Form form) {
        int K = form == Form.CHUNK ? 1024 : RecurrentKernel.MAX_K;
        DeltaCase wide = DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 3, 1, 1, K, 9, 1);
        PlanSpec spec = spec(wide, form).withChunkSize(64);
        Verify.matchesReference(form.id(), spec, wide.inputs(), Verify.run(new TornadoEngine(), spec, wide.inputs()));
    }

    @Test
    void refusesWhatAnArrayIndexCannotReach() {
        DeltaShape huge = new DeltaShape(1, 1 << 20, 16, 16, 256, 4, 1, 1, Gate.NONE);
        InvalidInputException e = assertThrows(
                InvalidInputException.class,
                () -> plan(PlanSpec.of(Variant.DELTA_RULE, huge)
                        .withForm(Form.RECURRENT)
                        .onDevice(TestDevice.id())));
        assertTrue(e.getMessage().startsWith("q [1048576, 16, 256]: expected at most 2^31 values"), e::getMessage);
    }

    @Test
    @Tag("emulator")
    void orderOfWorkGroupsDoesNotMatter() {
        String property = "deltarule.emulator.shuffle";
        String before = System.getProperty(property);
        DeltaCase c =
                DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 1, 1, 2, 20, 36, 1).packed(37, 0, 20);
        try {
            for (Form form : List.of(Form.RECURRENT, Form.CHUNK)) {
                DeltaOutputs expected = null;
                for (String seed : new String[] {"off", "1", "2", "3"}) {
                    System.setProperty(property, seed);
                    DeltaOutputs found =
                            Verify.run(new TornadoEngine(), spec(c, form).withChunkSize(32), c.inputs());
                    if (expected == null) {
                        expected = found;
                    }
                    assertArrayEquals(expected.o().toArray(), found.o().toArray(), form + " seed " + seed);
                    assertArrayEquals(
                            expected.finalState().toArray(), found.finalState().toArray(), form + " seed " + seed);
                }
            }
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }
}
