package io.deltarule.core.cpu.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OpenBlasTest {
    /** Whatever kernels this machine has: pieces make progress, and are whole vectors or everything. */
    @Test
    void piecesOfProductsAreWholeVectorsOrEverything() {
        for (int m : new int[] {1, 64, 256, 1024}) {
            for (int k : new int[] {1, 128, 512}) {
                for (int n : new int[] {1, 33, 128, 4096}) {
                    int width = OpenBlas.columnsPerProduct(m, k, n);
                    assertTrue(width == n || (width > 0 && width % 16 == 0), () -> m + " " + k + " " + n);
                    assertTrue(width == n || (long) m * k * width <= 1_000_000, () -> m + " " + k + " " + n);
                }
            }
        }
        assertEquals(128, OpenBlas.columnsPerProduct(1, 1, 128));
    }
}
