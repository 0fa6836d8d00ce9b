package io.deltarule.core.cpu.product;

import io.deltarule.core.Gate;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.Part;

/** OpenBLAS's products. */
final class BlasProducts implements Products {
    @Override
    public void begin() {
        OpenBlas.singleThreaded();
    }

    /** Room for a product, by thread. */
    private static final Scratch SCRATCH = new Scratch();

    @Override
    public void multiply(int m, int n, int k, Factors alpha, Part a, Part b, Addend d, Part c) {
        Part product = new Part(SCRATCH.of(m * n), 0, n);
        multiply(m, n, k, a, b, 0, product);
        for (int i = 0; i < m; i++) {
            float factor = alpha.values()[alpha.at(i)];
            float other = d.factors().values()[d.factors().at(i)];
            int from = i * n;
            int to = c.at() + i * c.stride();
            int added = d.rows().at() + i * d.rows().stride();
            for (int j = 0; j < n; j++) {
                float old = d.isNothing() ? 0 : d.rows().data()[added + j] * other;
                c.data()[to + j] = product.data()[from + j] * factor + old;
            }
        }
    }

    @Override
    public void multiply(int m, int n, int k, Part a, Part b, float beta, Part c) {
        int width = OpenBlas.columnsPerProduct(m, k, n);
        for (int from = 0; from < n; from += width) {
            OpenBlas.multiply(
                    m,
                    Math.min(width, n - from),
                    k,
                    1,
                    a.segment(),
                    a.stride(),
                    b.fromColumn(from).segment(),
                    b.stride(),
                    beta,
                    c.fromColumn(from).segment(),
                    c.stride());
        }
    }

    @Override
    public void multiplyRightTransposed(int m, int n, int k, Part a, Part b, float beta, Part c) {
        OpenBlas.multiplyRightTransposed(
                m, n, k, 1, a.segment(), a.stride(), b.segment(), b.stride(), beta, c.segment(), c.stride());
    }

    @Override
    public void multiplyLeftTransposed(int m, int n, int k, Part a, Part b, float beta, Part c) {
        int width = OpenBlas.columnsPerProduct(m, k, n);
        for (int from = 0; from < n; from += width) {
            OpenBlas.multiplyLeftTransposed(
                    m,
                    Math.min(width, n - from),
                    k,
                    1,
                    a.segment(),
                    a.stride(),
                    b.fromColumn(from).segment(),
                    b.stride(),
                    beta,
                    c.fromColumn(from).segment(),
                    c.stride());
        }
    }

    @Override
    public boolean columnsAreIndependent() {
        return OpenBlas.columnsAreIndependent();
    }

    @Override
    public int chunkSize(Gate gate) {
        return OpenBlas.chunkSize(gate);
    }

    @Override
    public String toString() {
        return "OpenBLAS";
    }
}
