package io.deltarule.core.cpu;

import org.openjdk.jmh.annotations.Param;

/** exp of as many numbers as a chunk has decays per channel. */
public class ExpBenchmark extends HotPartBenchmark {
    /** C K. */
    @Param("8192")
    public int count;

    @Override
    HotPart part() {
        return new ExpPart(count);
    }
}
