package io.deltarule.core.cpu.math;

import io.deltarule.core.Gate;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.cpu.blas.BlasLibrary;
import io.deltarule.core.cpu.blas.KernelChoice;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * The OpenBLAS routines that the CPU engine calls, row-major, on float32 matrices in Java arrays or off-heap.
 *
 * <p>The calls go through java.lang.foreign. The library is built with threads of its own; it is told to use one, before
 * every run since the setting is the process's, because the engine parallelises over heads. Another setting made meanwhile
 * would cost speed, not correctness.
 *
 * <p>Calls are critical: arrays are passed in place, and a garbage collection waits for the call, which for a chunk is
 * microseconds and for the largest chunk and head sizes a few milliseconds.
 */
public final class OpenBlas {
    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;

    private static final MethodHandle SGEMM;
    private static final MethodHandle SET_NUM_THREADS;
    private static final String VERSION;
    private static final String KERNELS;
    private static final boolean UNPACKED;
    private static final long LARGEST_UNPACKED = 1_000_000;
    private static final int UNPACKED_COLUMNS = 16; // one vector of 512 bits
    private static final String UNAVAILABLE;

    static {
        KernelChoice.Opened opened = null;
        String unavailable = null;
        try {
            opened = KernelChoice.open(OpenBlasLibrary::locate);
        } catch (InvalidInputException e) {
            unavailable = e.getMessage();
        } catch (Throwable e) { // a missing or foreign library can fail in many ways, all of which mean the same
            unavailable = OpenBlasLibrary.complaint(e);
        }
        BlasLibrary library = opened == null ? null : opened.library();
        SGEMM = library == null ? null : library.sgemm();
        SET_NUM_THREADS = library == null ? null : library.setNumThreads();
        VERSION = library == null ? null : library.config();
        KERNELS = opened == null ? null : library.kernels() + " kernels (" + opened.reason() + ")";
        UNPACKED = library != null
                && List.of("SkylakeX", "Cooperlake", "SapphireRapids").contains(library.kernels());
        UNAVAILABLE = unavailable;
    }

    private OpenBlas() {}

    /** Why OpenBLAS cannot be used here and what to add, or empty. */
    public static Optional<String> unavailable() {
        return Optional.ofNullable(UNAVAILABLE);
    }

    /** OpenBLAS's own description, with its version and the processor it chose its kernels for. */
    public static String version() {
        return VERSION;
    }

    /** Version and kernel set. */
    public static String library() {
        return VERSION.replaceFirst("^(OpenBLAS +\\S+).*", "$1") + " " + KERNELS.replaceFirst(" .*", "");
    }

    /** The kernel set in use and why it is this one, for people. */
    public static String kernels() {
        return KERNELS;
    }

    /**
     * How many of n columns a product [m, k] by [k, n] is best taken at a time.
     *
     * <p>OpenBLAS's kernels for 512-bit vectors leave out the packing of matrices up to a million multiply-adds, which is
     * a quarter to a half faster at the sizes of a chunk. Other kernels have nothing of the kind, and lose by smaller
     * products.
     */
    public static int columnsPerProduct(int m, int k, int n) {
        if (!UNPACKED || (long) m * k * n <= LARGEST_UNPACKED) {
            return n;
        }
        int most = (int) (LARGEST_UNPACKED / ((long) m * k)) / UNPACKED_COLUMNS * UNPACKED_COLUMNS;
        if (most == 0) {
            return n;
        }
        int even = Math.ceilDiv(n, Math.ceilDiv(n, most));
        return Math.ceilDiv(even, UNPACKED_COLUMNS) * UNPACKED_COLUMNS;
    }

    /**
     * Micro-steps per chunk at which the CPU engine is fastest: small ones take the fewest operations, as far as products
     * of their size run at full speed. A decay per channel costs something per block of rows besides.
     */
    public static int chunkSize(Gate gate) {
        if (!UNPACKED) {
            return PlanSpec.DEFAULT_CHUNK_SIZE;
        }
        return gate == Gate.CHANNEL ? 32 : 16;
    }

    /**
     * Whether a column of a product has the same last bits whatever columns are computed with it. The kernels for 512-bit
     * vectors add up every number in the same order; those for 256 bits in another where a tile of columns is not full.
     */
    public static boolean columnsAreIndependent() {
        return UNPACKED;
    }

    /** Makes OpenBLAS compute in the calling thread only. */
    public static void singleThreaded() {
        try {
            SET_NUM_THREADS.invokeExact(1);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** C ← α A B + β C with A [m, k], B [k, n], C [m, n]. With β = 0 the old C is not read. */
    public static void multiply(
            int m,
            int n,
            int k,
            float alpha,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            float beta,
            MemorySegment c,
            int ldc) {
        try {
            SGEMM.invokeExact(ROW_MAJOR, PLAIN, PLAIN, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** C ← α A Bᵀ + β C with A [m, k], B [n, k], C [m, n]. */
    public static void multiplyRightTransposed(
            int m,
            int n,
            int k,
            float alpha,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            float beta,
            MemorySegment c,
            int ldc) {
        try {
            SGEMM.invokeExact(ROW_MAJOR, PLAIN, TRANSPOSED, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** C ← α Aᵀ B + β C with A [k, m], B [k, n], C [m, n]. */
    public static void multiplyLeftTransposed(
            int m,
            int n,
            int k,
            float alpha,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            float beta,
            MemorySegment c,
            int ldc) {
        try {
            SGEMM.invokeExact(ROW_MAJOR, TRANSPOSED, PLAIN, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private static AssertionError failed(Throwable e) {
        return new AssertionError("a call to OpenBLAS failed", e); // C functions throw nothing
    }
}
