package io.deltarule.core.cpu;

import org.openjdk.jmh.annotations.Param;

/** The selective read of one state after a decode step, alone. */
public class RowReadBenchmark extends HotPartBenchmark {
    /** K and V. */
    @Param("128")
    public int headSize;

    @Override
    HotPart part() {
        return new RowReadPart(headSize, headSize);
    }
}
