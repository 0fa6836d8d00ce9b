package io.deltarule.core.cpu.product;

import io.deltarule.core.Gate;
import io.deltarule.core.cpu.math.Part;

/**
 * Products of float32 matrices in Java arrays, in the calling thread. With β = 0 the old C is not read; C may overlap
 * neither A nor B.
 */
public interface Products {
    /** Before every run: the number of threads that OpenBLAS uses is the process's, and others may set it. */
    default void begin() {}

    /** C ← diag(α) A B + D with A [m, k], B [k, n], C [m, n]; D may be C. */
    void multiply(int m, int n, int k, Factors alpha, Part a, Part b, Addend d, Part c);

    /** C ← A B + β C with A [m, k], B [k, n], C [m, n]. */
    default void multiply(int m, int n, int k, Part a, Part b, float beta, Part c) {
        multiply(m, n, k, Factors.ONE, a, b, Addend.of(beta, c), c);
    }

    /** C ← A Bᵀ + β C with A [m, k], B [n, k], C [m, n]. */
    void multiplyRightTransposed(int m, int n, int k, Part a, Part b, float beta, Part c);

    /** C ← Aᵀ B + β C with A [k, m], B [k, n], C [m, n]. */
    void multiplyLeftTransposed(int m, int n, int k, Part a, Part b, float beta, Part c);

    /** Whether a column of a product has the same last bits whatever columns are computed with it. */
    boolean columnsAreIndependent();

    /**
     * Micro-steps per chunk at which the CPU engine is fastest with these products: small chunks take the fewest
     * operations, as far as products of their size run at full speed.
     */
    int chunkSize(Gate gate);

    /** The engine's own. */
    static Products own() {
        return ProductChoice.own();
    }

    /** The products that the engine uses, see {@link ProductChoice}. */
    static Products chosen() {
        return ProductChoice.chunks();
    }
}
