package io.deltarule.core.measure;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.cpu.delta.ChunkProducts;
import io.deltarule.core.cpu.delta.ChunkSpan;
import io.deltarule.core.cpu.delta.LowerTriangle;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.product.Factors;
import io.deltarule.core.cpu.product.Products;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What the CPU engine is measured against, on the engine's own threads: what the processor multiplies and adds at most, and
 * reads; and through the engine's own calls the matrix products and triangular solves of a chunkwise prefill and nothing else,
 * plain matrix products, plain copies.
 *
 * <p>A baseline owns its memory and is closed. Not safe for use by many threads.
 */
public final class CpuBaseline implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    /** Pieces as small as a state of 128 by 128: threads finish together, and each piece is still a long copy. */
    private static final long PIECE = 1 << 16;

    /** Of multiply-adds: an item takes some 50 microseconds, so that threads finish together. */
    private static final int ROUNDS = 30_000;

    private static final int ITEMS = 32; // per thread

    private final WorkerPool pool = WorkerPool.of(CpuEngine.defaultThreads());
    private final Arena arena = Arena.ofShared();
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Matrix> written = new ArrayList<>();
    private Runnable body;
    private double flops;
    private double bytes;
    private volatile float kept; // what loops compute, so that they are not left out

    private CpuBaseline() {
        OpenBlas.unavailable().ifPresent(why -> {
            throw new EngineUnavailableException("baselines of the cpu engine: " + why);
        });
    }

    /**
     * The products and solves of the engine's chunkwise prefill with at most one decay per head, on matrices of the
     * same sizes, and nothing of what lies between them: no decay, no copies in or out. Per chunk of C micro-steps and
     * value head:
     *
     * <pre>
     *   X kᵀ [2C, C],  X S0 [2C, V],  P ← (I + L)⁻¹ P [C, V],  Y ← Y + M P [C, V],  S ← S + kᵀ P [K, V]
     * </pre>
     *
     * Of the first and the fourth the engine leaves out most of what lies above the diagonal, and so does this.
     *
     * @param shape lengths of the prefill; one micro-step per token
     * @param chunkSize C
     */
    public static CpuBaseline products(DeltaShape shape, int chunkSize) {
        CpuBaseline baseline = new CpuBaseline();
        int C = Math.min(chunkSize, Math.max(1, shape.T()));
        int chunks = Math.ceilDiv(shape.T(), C);
        ChunkMatrices[] scratch = new ChunkMatrices[baseline.pool.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = baseline.new ChunkMatrices(C, shape.K(), shape.V());
        }
        int items = Math.multiplyExact(shape.B(), shape.HV());
        double KV = (double) shape.K() * shape.V();
        baseline.flops = (double) items
                * chunks
                * (ChunkProducts.triangleFlops(C, 2 * shape.K()) + 2.0 * C * C * shape.V() + 6.0 * C * KV);
        baseline.body = () -> baseline.pool.run(items, scratch.length, (item, slot) -> scratch[slot].prefill(chunks));
        return baseline;
    }

    /**
     * Products C ← A B of square matrices, one per thread at a time and four in all per thread.
     *
     * @param n rows and columns
     */
    public static CpuBaseline multiply(int n) {
        CpuBaseline baseline = new CpuBaseline();
        int threads = baseline.pool.threads();
        Matrix[] a = new Matrix[threads];
        Matrix[] b = new Matrix[threads];
        Matrix[] c = new Matrix[threads];
        for (int i = 0; i < threads; i++) {
            a[i] = baseline.matrix(n, n, 1);
            b[i] = baseline.matrix(n, n, 1);
            c[i] = baseline.matrix(n, n, 0);
        }
        int items = 4 * threads;
        baseline.flops = 2.0 * n * n * n * items;
        baseline.body = () -> baseline.pool.run(
                items,
                threads,
                (item, s) -> Products.chosen().multiply(n, n, n, a[s].from(0), b[s].from(0), 0, c[s].from(0)));
        return baseline;
    }

    /** Multiply-adds of float32 vectors whose operands stay in registers: the most that the processor does on these threads. */
    public static CpuBaseline multiplyAdds() {
        CpuBaseline baseline = new CpuBaseline();
        int threads = baseline.pool.threads();
        baseline.flops = RegisterLoops.flops(ROUNDS) * ITEMS * threads;
        baseline.body = () -> baseline.pool.run(
                ITEMS * threads, threads, (item, slot) -> baseline.kept = RegisterLoops.multiplyAdds(ROUNDS));
        return baseline;
    }

    /**
     * One memory block read, and nothing written.
     *
     * @param size of the block in bytes; larger than the caches by much to measure memory
     */
    public static CpuBaseline read(long size) {
        CpuBaseline baseline = new CpuBaseline();
        int threads = baseline.pool.threads();
        MemorySegment from = baseline.arena.allocate(size, ALIGNMENT).fill((byte) 0);
        int items = Math.toIntExact(Math.ceilDiv(size, PIECE));
        baseline.bytes = size;
        baseline.body = () -> baseline.pool.run(items, threads, (item, slot) -> {
            long at = item * PIECE;
            baseline.kept = RegisterLoops.read(from, at, Math.min(PIECE, size - at));
        });
        return baseline;
    }

    /**
     * One memory block copied to another.
     *
     * @param size of the block in bytes; larger than the caches by much to measure memory
     */
    public static CpuBaseline copy(long size) {
        CpuBaseline baseline = new CpuBaseline();
        int threads = baseline.pool.threads();
        MemorySegment from = baseline.arena.allocate(size, ALIGNMENT).fill((byte) 1);
        MemorySegment to = baseline.arena.allocate(size, ALIGNMENT).fill((byte) 2);
        int items = Math.toIntExact(Math.ceilDiv(size, PIECE));
        baseline.bytes = 2.0 * size;
        baseline.body = () -> baseline.pool.run(items, threads, (item, slot) -> {
            long at = item * PIECE;
            MemorySegment.copy(from, at, to, at, Math.min(PIECE, size - at));
        });
        return baseline;
    }

    private Matrix matrix(int rows, int columns, double largest) {
        Matrix matrix = Matrix.allocate(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) (largest * (2 * random.nextDouble() - 1));
        }
        return matrix;
    }

    /** One thread's matrices, laid out as the engine's. */
    private final class ChunkMatrices {
        private final int C;
        private final int K;
        private final int V;
        private final Matrix x;
        private final Matrix scores;
        private final Matrix y;
        private final Matrix strictlyLower;
        private final Matrix lower;
        private final Matrix initial;
        private final Matrix state;
        private final ChunkSpan span = new ChunkSpan();
        private final ChunkProducts products = new ChunkProducts(Products.chosen());

        ChunkMatrices(int C, int K, int V) {
            this.C = C;
            this.K = K;
            this.V = V;
            x = matrix(2 * C, K, 0.01 / Math.sqrt(K)); // small, so that the state stays what it is
            scores = matrix(2 * C, C, 0);
            y = matrix(2 * C, V, 0);
            span.set(0, C, 1, 1);
            strictlyLower = matrix(C, C, 1.0 / C);
            lower = matrix(C, C, 1.0 / C);
            initial = matrix(K, V, 1);
            state = matrix(K, V, 0);
            written.addAll(List.of(scores, y, state));
        }

        void prefill(int chunks) {
            System.arraycopy(initial.data(), 0, state.data(), 0, state.data().length);
            for (int chunk = 0; chunk < chunks; chunk++) {
                products.scores(x, span, K, x, C, scores);
                products.readState(x, 0, 2 * C, K, state, V, y, 0);
                // P is the second half of Y, so that every solve starts from fresh numbers of the product before it.
                LowerTriangle.solve(strictlyLower, 0, C, y, C);
                LowerTriangle.addReads(lower, 0, span, y, C, Factors.ONE, y, 0);
                // With a decay, as the engine's, but one that does not wear the numbers down to denormal ones.
                products.write(x, C, C, K, y.from(C), V, 0.999999f, state);
            }
        }
    }

    /** Does the work once. */
    public void run() {
        Products.chosen().begin();
        body.run();
    }

    /** Multiplications and additions per run; half of a full matrix for M P and the triangular solve; 0 where only bytes move. */
    public double flops() {
        return flops;
    }

    /** Bytes read plus bytes written per run; 0 where none count. */
    public double bytes() {
        return bytes;
    }

    /** How many threads share the work, the engine's own number. */
    public int threads() {
        return pool.threads();
    }

    /** What the products write, for tests. */
    List<Matrix> written() {
        return written;
    }

    /** Frees the memory. */
    @Override
    public void close() {
        arena.close();
    }
}
