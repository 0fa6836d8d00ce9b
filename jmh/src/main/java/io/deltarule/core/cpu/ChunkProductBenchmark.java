package io.deltarule.core.cpu;

import org.openjdk.jmh.annotations.Param;

/** The matrix products and the triangular solve of one chunk of one head, each alone. */
public class ChunkProductBenchmark extends HotPartBenchmark {
    /** Which of {@link ChunkProductPart.Product}. */
    @Param({"SCORES", "READ_STATE", "SOLVE", "READ_WRITES", "WRITE"})
    public String product;

    /** C. */
    @Param({"16", "32", "64", "128"})
    public int chunkSize;

    /** K and V. */
    @Param("128")
    public int headSize;

    @Override
    HotPart part() {
        return new ChunkProductPart(ChunkProductPart.Product.valueOf(product), chunkSize, headSize, headSize);
    }
}
