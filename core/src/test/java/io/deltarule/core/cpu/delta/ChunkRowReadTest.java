package io.deltarule.core.cpu.delta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.RowSoftmax;
import io.deltarule.core.reference.delta.DeltaReference;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.Float32Recurrence;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.testkit.Verify;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The chunkwise selective read: what it shares with the write, and queries of any size. */
@Tag(TestScope.THOROUGH)
class ChunkRowReadTest {
    private static final CpuEngine ENGINE = new CpuEngine(2);

    static List<DeltaCase> writes() {
        return List.of(
                DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 75, 1, 2, 24, 16, 1),
                DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 75, 1, 2, 33, 20, 1),
                DeltaCase.of(Variant.KDA, Gate.CHANNEL, 1, 75, 1, 2, 33, 20, 1),
                DeltaCase.of(Variant.COMBA, Gate.SCALAR, 1, 75, 1, 2, 24, 16, 1),
                DeltaCase.of(Variant.GDN2, Gate.CHANNEL, 1, 75, 1, 2, 24, 16, 1),
                DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 40, 1, 2, 24, 16, 3));
    }

    private static PlanSpec chunks(DeltaCase c) {
        return PlanSpec.of(c.variant(), c.shape()).withForm(Form.CHUNK).withChunkSize(32);
    }

    /** The read takes pseudo-values and states from the chunkwise write, which it neither repeats nor disturbs. */
    @ParameterizedTest
    @MethodSource("writes")
    void readingTwiceWritesOnce(DeltaCase c) {
        DeltaCase reading = c.withCrossRead(1);
        DeltaInputs in = reading.inputs();
        DeltaOutputs plain = Verify.run(ENGINE, chunks(c), in.with(Input.R, null));
        DeltaOutputs both = Verify.run(ENGINE, chunks(reading), in);
        Verify.agree(
                c.toString(),
                plain,
                new DeltaOutputs(both.o(), both.finalState()),
                0); // to the last bit, which the token-by-token write does not meet
        DeltaOutputs tokenwise = Verify.run(ENGINE, chunks(reading).withForm(Form.RECURRENT), in);
        assertTrue(Comparison.of("o", both.o(), tokenwise.o()).ratio() > 0);
    }

    @ParameterizedTest
    @MethodSource("writes")
    void everyChunkSize(DeltaCase c) {
        DeltaCase reading = c.withCrossRead(1);
        DeltaInputs in = reading.inputs();
        Verify.Expected expected = Verify.expected(chunks(reading), in);
        for (int C : new int[] {1, 2, 15, 16, 17, 33, 48, 74, 75, 128, 256}) {
            expected.matches("chunk " + C, Verify.run(ENGINE, chunks(reading).withChunkSize(C), in));
        }
    }

    /**
     * Where the softmax is sharp, one token whose two largest logits happen to be near each other is most of a run's error,
     * by either path and to its own luck; so many runs are judged by their geometric mean.
     */
    @ParameterizedTest
    @MethodSource("writes")
    void sharpReadsAreAsGoodAsPlainFloat32(DeltaCase c) {
        int runs = 24;
        for (int C : new int[] {16, 32, 64, 128}) {
            double logs = 0;
            for (int run = 0; run < runs; run++) {
                DeltaCase sharp = c.withCrossRead(1000).numbered(run);
                DeltaInputs in = sharp.inputs();
                PlanSpec spec = chunks(sharp).withChunkSize(C);
                double[] exact = DeltaReference.recurrent(sharp.variant(), in, spec.scale())
                        .oCross();
                DeltaOutputs plain = Float32Recurrence.run(sharp.variant(), in, spec.scale());
                logs += Math.log(ratio(exact, Verify.run(ENGINE, spec, in)) / ratio(exact, plain));
            }
            double mean = Math.exp(logs / runs);
            assertTrue(mean < 2, () -> c + " of chunks: " + mean + " times the plain recurrence's error");
        }
    }

    private static double ratio(double[] exact, DeltaOutputs found) {
        return Comparison.of("o_cross", exact, found.oCross()).ratio();
    }

    /**
     * Products with such queries pass float32's range, and the plain float32 recurrence with them; every weight then is 0
     * or 1, as it is with queries 1e30 times as large as usual, whose tolerance is taken.
     */
    @ParameterizedTest
    @MethodSource("writes")
    void queriesOfAnySize(DeltaCase c) {
        DeltaCase large = c.withCrossRead(1e30);
        DeltaInputs in = large.inputs();
        double scale = chunks(large).scale();
        double tolerance = Float32Recurrence.tolerance(
                large.variant(), in, scale, DeltaReference.recurrent(large.variant(), in, scale));
        for (long i = 0; i < in.get(Input.R).size(); i++) {
            in.get(Input.R).set(i, in.get(Input.R).get(i) * 5e7f);
        }
        double[] exact = DeltaReference.recurrent(large.variant(), in, scale).oCross();
        for (Form form : Form.values()) {
            DeltaOutputs out = Verify.run(ENGINE, chunks(large).withForm(form), in);
            Comparison comparison = Comparison.of("o_cross", exact, out.oCross());
            assertTrue(comparison.within(tolerance), () -> form + ": " + comparison + "; tolerance " + tolerance);
        }
    }

    @ParameterizedTest
    @MethodSource("writes")
    void aPlanThatMetNanServesAgain(DeltaCase c) {
        DeltaCase reading = c.withCrossRead(1);
        try (DeltaPlan plan = ENGINE.plan(chunks(reading))) {
            DeltaInputs bad = reading.inputs();
            bad.get(Input.R).set(7, Float.NaN);
            NumericException e = assertThrows(NumericException.class, () -> plan.run(bad));
            assertEquals("r: expected finite numbers but found NaN at row-major index 7", e.getMessage());
            bad.get(Input.V).fill(Float.NaN);
            assertThrows(NumericException.class, () -> plan.run(bad));
            DeltaOutputs out = DeltaOutputs.poisoned(reading.shape());
            plan.run(reading.inputs(), out);
            Verify.matchesReference("after failures", chunks(reading), reading.inputs(), out);
        }
    }

    @Test
    void softmaxOfHandComputedRows() {
        Matrix rows = Matrix.allocate(2, 3);
        java.util.Arrays.fill(rows.data(), Float.NaN); // the padding holds whatever was there
        float[] first = {(float) Math.log(1), (float) Math.log(2), (float) Math.log(5)};
        float[] second = {-3e38f, 3e38f, 3e38f};
        for (int d = 0; d < 3; d++) {
            rows.set(0, d, first[d]);
            rows.set(1, d, second[d]);
        }
        RowSoftmax.apply(rows, 0, 2, 3, new float[] {1, 0x1p100f});
        float[] expected = {1 / 8f, 2 / 8f, 5 / 8f, 0, 1 / 2f, 1 / 2f};
        for (int i = 0; i < 6; i++) {
            assertEquals(expected[i], rows.get(i / 3, i % 3), 1e-7f);
        }
        for (int d = 3; d < rows.stride(); d++) {
            assertEquals(0, rows.get(0, d));
            assertEquals(0, rows.get(1, d));
        }
    }
}
