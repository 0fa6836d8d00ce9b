package io.deltarule.bench.suite;

import java.util.List;

/**
 * How large the work is that shows an accelerator's ceilings.
 *
 * @param product rows and columns of the matrix product's factors
 * @param copy bytes of the copied block, larger than the device's caches
 * @param transfers bytes of blocks that travel
 */
record ProbeSizes(int product, long copy, List<Long> transfers) {
    static final ProbeSizes GPU = new ProbeSizes(4096, 256L << 20, List.of(64L << 10, 1L << 20, 16L << 20, 256L << 20));
    static final ProbeSizes POCL = new ProbeSizes(512, 64L << 20, List.of(64L << 10, 1L << 20, 16L << 20));
    static final ProbeSizes EMULATOR = new ProbeSizes(64, 256L << 10, List.of(4L << 10, 64L << 10, 1L << 20));
}
