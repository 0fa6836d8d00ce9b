package io.deltarule.core.cpu;

import io.deltarule.core.Gate;
import org.openjdk.jmh.annotations.Param;

/** One token of one head on a state in the second-level cache. */
public class DecodeStepBenchmark extends HotPartBenchmark {
    /** Which decay. */
    @Param({"SCALAR", "CHANNEL"})
    public Gate gate;

    /** Whether the state's rows are read selectively as well. */
    @Param({"false", "true"})
    public boolean selectiveRead;

    /** K and V. */
    @Param("128")
    public int headSize;

    @Override
    HotPart part() {
        return HeadPart.step(gate, selectiveRead, headSize, headSize);
    }
}
