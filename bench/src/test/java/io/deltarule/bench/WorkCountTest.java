package io.deltarule.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Engines;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;
import org.junit.jupiter.api.Test;

/** The formulas of docs/benchmarks.md on lengths small enough to count by hand. */
class WorkCountTest {
    private static Workload workload(Variant variant, DeltaShape shape, Form form, boolean keepsState) {
        return new Workload("w", Engines.named("cpu"), "cpu", variant, shape, form, 4, keepsState, 0);
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
    void chunksAddTheirTriangles() {
        DeltaShape shape = new DeltaShape(1, 8, 1, 1, 3, 2, 1, 1, Gate.NONE);
        WorkCount count = WorkCount.of(workload(Variant.DELTA_RULE, shape, Form.CHUNK, false));
        // Per chunk of 4: L and M half of 2·4·4·3 each, the solve and M P half of 2·4·4·2 each; three products with S.
        assertEquals(2 * (48 + 48 + 32 + 32 + 3 * 2 * 4 * 6), count.flops());
        assertEquals(6 * 4, count.stateBytes());
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
}
