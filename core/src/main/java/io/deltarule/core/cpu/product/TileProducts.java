package io.deltarule.core.cpu.product;

import io.deltarule.core.Gate;
import io.deltarule.core.cpu.math.Part;
import java.util.Arrays;

/** The engine's own products. */
final class TileProducts implements Products {
    /** Room for a transposed B, by thread. */
    private static final Scratch SCRATCH = new Scratch();

    @Override
    public void multiply(int m, int n, int k, Factors alpha, Part a, Part b, Addend d, Part c) {
        Tiles.multiply(m, n, k, alpha, a, b, d, c);
    }

    @Override
    public void multiplyRightTransposed(int m, int n, int k, Part a, Part b, float beta, Part c) {
        int width = Math.ceilDiv(n, Tiles.WIDTH) * Tiles.WIDTH;
        float[] turned = SCRATCH.of(Math.multiplyExact(k, width));
        for (int j = 0; n < width && j < k; j++) {
            Arrays.fill(turned, j * width + n, (j + 1) * width, 0);
        }
        Transposition.copy(b.data(), b.at(), b.stride(), n, k, turned, 0, width);
        Tiles.multiply(m, n, k, Factors.ONE, a, new Part(turned, 0, width), Addend.of(beta, c), c);
    }

    @Override
    public void multiplyLeftTransposed(int m, int n, int k, Part a, Part b, float beta, Part c) {
        Tiles.multiplyLeftTransposed(m, n, k, Factors.ONE, a, b, Addend.of(beta, c), c);
    }

    @Override
    public boolean columnsAreIndependent() {
        return true;
    }

    @Override
    public int chunkSize(Gate gate) {
        return 32;
    }

    @Override
    public String toString() {
        return "own";
    }
}
