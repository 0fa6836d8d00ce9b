package io.deltarule.core.cpu.blas;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * How fast a library multiplies on one thread, in the shapes that the engine multiplies in: a chunk's rows with a state, the
 * same transposed, and a block of a layer's weights. Each shape counts the same, as the geometric mean of its rates does.
 */
final class KernelTrial {
    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;
    private static final int REPEATS = 7; // of which the fastest counts: anything else that runs only slows down
    private static final double WORK = 4e6; // multiply-adds of one repeat, so that a clock can tell

    /** m, n, k, and whether A and B lie transposed. */
    private record Product(int m, int n, int k, boolean a, boolean b) {}

    private static final Product[] PRODUCTS = {
        new Product(16, 128, 128, false, false),
        new Product(32, 128, 128, false, false),
        new Product(64, 128, 128, false, false),
        new Product(64, 32, 128, false, true),
        new Product(128, 128, 32, true, false),
        new Product(128, 128, 64, true, false),
        new Product(256, 256, 512, false, true),
    };

    private KernelTrial() {}

    /** The geometric mean of the rates in multiplications and additions per second. */
    static double rate(BlasLibrary library) throws Throwable {
        library.setNumThreads().invokeExact(1);
        float[] a = new float[256 * 512];
        float[] b = new float[256 * 512];
        float[] c = new float[256 * 512];
        Arrays.fill(a, 0.5f);
        Arrays.fill(b, 0.25f);
        double logs = 0;
        for (Product product : PRODUCTS) {
            logs += Math.log(rate(library, product, MemorySegment.ofArray(a), MemorySegment.ofArray(b), c));
        }
        return Math.exp(logs / PRODUCTS.length);
    }

    private static double rate(BlasLibrary library, Product p, MemorySegment a, MemorySegment b, float[] result)
            throws Throwable {
        MemorySegment c = MemorySegment.ofArray(result);
        double each = (double) p.m * p.n * p.k;
        int calls = (int) Math.max(1, WORK / each);
        long best = Long.MAX_VALUE;
        for (int repeat = 0; repeat <= REPEATS; repeat++) {
            long begin = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                library.sgemm()
                        .invokeExact(
                                ROW_MAJOR,
                                p.a ? TRANSPOSED : PLAIN,
                                p.b ? TRANSPOSED : PLAIN,
                                p.m,
                                p.n,
                                p.k,
                                1f,
                                a,
                                p.a ? p.m : p.k,
                                b,
                                p.b ? p.k : p.n,
                                0f,
                                c,
                                p.n);
            }
            best = Math.min(best, System.nanoTime() - begin);
        }
        float expected = 0.125f * p.k;
        if (result[0] != expected || result[p.m * p.n - 1] != expected) {
            throw new IllegalStateException("a product came out as " + result[0] + " instead of " + expected);
        }
        return 2 * each * calls / (best * 1e-9);
    }
}
