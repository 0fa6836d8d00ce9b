package io.deltarule.core.cpu;

import io.deltarule.core.Gate;
import org.openjdk.jmh.annotations.Param;

/** One head's sequence in chunks, with everything that lies between the products. */
public class ChunkWorkerBenchmark extends HotPartBenchmark {
    /** Which decay. */
    @Param({"SCALAR", "CHANNEL"})
    public Gate gate;

    /** Whether the state's rows are read selectively as well. */
    @Param({"false", "true"})
    public boolean selectiveRead;

    /** C. */
    @Param({"16", "32", "64", "128"})
    public int chunkSize;

    /** T. */
    @Param("1024")
    public int tokens;

    /** K and V. */
    @Param("128")
    public int headSize;

    @Override
    HotPart part() {
        return HeadPart.chunks(gate, selectiveRead, tokens, headSize, headSize, chunkSize);
    }
}
