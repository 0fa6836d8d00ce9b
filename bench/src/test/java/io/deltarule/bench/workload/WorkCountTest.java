package io.deltarule.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Engines;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Variant;
import org.junit.jupiter.api.Test;

/** The formulas of docs/benchmarks.md on lengths small enough to count by hand. */
class WorkCountTest {
    private static Workload workload(Variant variant, DeltaShape shape, Form form, boolean keepsState) {
        Workload workload = Workload.prefill("w", Engines.named("cpu"), "cpu", variant, shape)
                .in(form)
                .withChunkSize(4);
        return keepsState ? workload.keepingState() : workload;
    }

    @Test
    void oneTokenOfOneHead() {
        DeltaShape shape = new DeltaShape(1, 1, 1, 1, 3, 2, 1, 1, Gate.SCALAR);
        WorkCount count = WorkCount.of(workload(Variant.GATED_DELTA_RULE, shape, Form.RECURRENT, true));
        // S'ᵀe, the write and the read are 6 multiply-adds each; the decay 6 multiplications.
        assertEquals(3 * 12 + 6, count.flops());
        assertEquals(2 * 6 * 4, count.stateBytes());
        // q, k: 3 each; v, o: 2 each; g, beta: 1 each.
        assertEquals((3 + 3 + 2 + 2 + 1 + 1) * 4 + 48, count.bytes());
    }

    @Test
    void bytesAreThoseOfTheStorage() {
        DeltaShape shape = new DeltaShape(1, 1, 1, 1, 3, 2, 1, 1, Gate.SCALAR);
        Workload float32 = workload(Variant.GATED_DELTA_RULE, shape, Form.RECURRENT, true);
        WorkCount count = WorkCount.of(float32.in(new WorkloadNumbers(Precision.FLOAT32, Storage.BFLOAT16)));
        // q, k, v, o and beta in two bytes; g and the state, read and written, in four.
        assertEquals((3 + 3 + 2 + 2 + 1) * 2 + 4 + 48, count.bytes());
        assertEquals(48, count.stateBytes());
        assertEquals(WorkCount.of(float32).flops(), count.flops());
        assertEquals(
                WorkCount.of(float32),
                WorkCount.of(float32.in(new WorkloadNumbers(Precision.TENSOR_SPLIT, Storage.FLOAT32))));
    }

    @Test
    void chunksAddTheirTriangles() {
        DeltaShape shape = new DeltaShape(1, 8, 1, 1, 3, 2, 1, 1, Gate.NONE);
        WorkCount count = WorkCount.of(workload(Variant.DELTA_RULE, shape, Form.CHUNK, false));
        // Per chunk of 4: L and M half of 2·4·4·3 each, the solve and M P half of 2·4·4·2 each; three products with S.
        assertEquals(2 * (48 + 48 + 32 + 32 + 3 * 2 * 4 * 6), count.flops());
        assertEquals(6 * 4, count.stateBytes());
    }

    @Test
    void everyLiveStateIsReadAndErasedIn() {
        DeltaShape shape = new DeltaShape(1, 8, 1, 1, 3, 2, 1, 1, Gate.NONE).withLevels(4);
        // The ones of 0 to 7 in binary are 12. Each token writes and reads its own (12 each), and of the others each is
        // read (12);
        // with an erase key it is also read with it, and what it erases is taken out (12 each).
        double written = 8 * 2 * 12;
        assertEquals(
                written + 12 * 12,
                WorkCount.of(workload(Variant.SSD, shape, Form.RECURRENT, false))
                        .flops());
        assertEquals(
                written + 12 * 36,
                WorkCount.of(workload(Variant.DELTA_RULE, shape, Form.RECURRENT, false))
                        .flops());
        // Two chunks of 4, of which the second finds one state. Each: half of M's 2·4·4·3 and of 2·4·4·2 that read it,
        // the write.
        double chunks = 2 * (48 + 32 + 4 * 12);
        assertEquals(
                chunks + 4 * 12,
                WorkCount.of(workload(Variant.SSD, shape, Form.CHUNK, false)).flops());
        // Also half of L and of A's products with erase keys and values, a third of 4·4·4 for M A, and of the state
        // found two products
        // of 4 rows more and half of M's with them.
        assertEquals(
                chunks + 2 * (48 + 48 + 32 + 64 / 3.0) + 4 * 36 + 32,
                WorkCount.of(workload(Variant.DELTA_RULE, shape, Form.CHUNK, false))
                        .flops(),
                1e-9);
        assertEquals(
                4 * 3 * 2 * 4,
                WorkCount.of(workload(Variant.SSD, shape, Form.CHUNK, false)).stateBytes());
    }

    @Test
    void householdersWriteMoreThanTheyRead() {
        DeltaShape one = new DeltaShape(1, 8, 1, 2, 3, 2, 1, 1, Gate.NONE);
        DeltaShape three = new DeltaShape(1, 8, 1, 2, 3, 2, 3, 1, Gate.NONE);
        double single = WorkCount.of(workload(Variant.GATED_DELTA_PRODUCT, one, Form.RECURRENT, false))
                .flops();
        double triple = WorkCount.of(workload(Variant.GATED_DELTA_PRODUCT, three, Form.RECURRENT, false))
                .flops();
        assertEquals(2 * 8 * 2 * (4 * 6), triple - single);
    }

    @Test
    void theSelectiveReadAddsTwoProductsWithTheStateAndInChunksFourTriangles() {
        DeltaShape plain = new DeltaShape(1, 8, 1, 1, 3, 2, 1, 1, Gate.NONE);
        for (Form form : Form.values()) {
            WorkCount without = WorkCount.of(workload(Variant.DELTA_RULE, plain, form, false));
            WorkCount with = WorkCount.of(workload(Variant.DELTALENS, plain.withCrossRead(), form, false));
            // Logits and weighted sum of rows: 2·6 each per token. In a chunk of 4 half of r P (2·4·4·2), of what it
            // multiplies k by (2·4·4·3), and of the same two with the weights.
            double triangles = form == Form.CHUNK ? 2 * (32 + 48 + 48 + 32) : 0;
            assertEquals(8 * 2 * 12 + triangles, with.flops() - without.flops());
            assertEquals(8 * 2 * 2 * 4, with.bytes() - without.bytes()); // r comes in, o_cross goes out
        }
    }

    @Test
    void aGradientGoesForwardOnceMoreAndBackThroughEveryProduct() {
        DeltaShape shape = new DeltaShape(1, 8, 1, 1, 3, 2, 1, 1, Gate.SCALAR);
        Workload recurrent =
                workload(Variant.GATED_DELTA_RULE, shape, Form.RECURRENT, false).of(WorkloadSubject.GRADIENT);
        WorkCount count = WorkCount.of(recurrent);
        // Per token forward: S'ᵀe and the write (12 each) and the decay (6); back: the products for R, dp, dk, dq,
        // de and dS' (12 each), dg (12) and the decay (6).
        assertEquals(8 * (2 * 12 + 6 + 6 * 12 + 12 + 6), count.flops());
        assertEquals(2 * 6 * 4, count.stateBytes());
        // Inputs come in and their gradients go out: q, k: 3 each, v: 2, g, beta: 1 each; d_o comes in.
        assertEquals(4 * 8 * (2 * (3 + 3 + 2 + 1 + 1) + 2) + 48, count.bytes());
        // In chunks of 4 the state meets six products of M rows and two of R; triangles are half of 2·4·4 each:
        // K: L, M, and two each for dq, de, dk's; V: the two solves and three scores.
        assertEquals(
                8 * (16 * 6) + 8 * 4 * (6 * 3 + 5 * 2),
                WorkCount.of(recurrent.in(Form.CHUNK).withChunkSize(4)).flops());
    }

    @Test
    void aNetworkCountsItsProjectionsAndReadsEveryWeightOnce() {
        NetworkSize size = NetworkSize.layer(8, 4, 5);
        NetworkProgram program = NetworkProgram.of(size);
        // 4 heads of 4: q, k, v, the output gate and the way back are 8 × 16 each, a and b 8 × 4.
        assertEquals(2 * (5 * 8 * 16 + 2 * 8 * 4), program.flopsPerToken(false));
        DeltaShape shape = new DeltaShape(1, 5, 4, 4, 4, 4, 1, 1, Gate.SCALAR);
        WorkCount count = WorkCount.of(
                workload(Variant.GATED_DELTA_RULE, shape, Form.CHUNK, false).of(WorkloadSubject.of(size)));
        assertEquals(5 * program.flopsPerToken(false), count.flops());
        assertEquals(program.weightBytes(false) + 5 * 8 * (4 + 4), count.bytes());
    }
}
