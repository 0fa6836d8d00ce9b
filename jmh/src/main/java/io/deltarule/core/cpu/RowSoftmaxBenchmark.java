package io.deltarule.core.cpu;

import org.openjdk.jmh.annotations.Param;

/** Softmax over the rows of a chunk's selective read. */
public class RowSoftmaxBenchmark extends HotPartBenchmark {
    /** C. */
    @Param("64")
    public int rows;

    /** K. */
    @Param("128")
    public int width;

    @Override
    HotPart part() {
        return new SoftmaxPart(rows, width);
    }
}
