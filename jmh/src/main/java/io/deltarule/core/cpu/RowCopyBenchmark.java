package io.deltarule.core.cpu;

import org.openjdk.jmh.annotations.Param;

/** One head's rows from or to a caller's tensor, a chunk at a time. */
public class RowCopyBenchmark extends HotPartBenchmark {
    /** Which of {@link RowCopyPart.Direction}. */
    @Param({"GATHER", "SCATTER"})
    public String direction;

    /** Whether the tensor lies outside the Java heap. */
    @Param({"false", "true"})
    public boolean offHeap;

    /** T. */
    @Param("1024")
    public int tokens;

    /** Heads of the tensor. */
    @Param("32")
    public int heads;

    /** K or V. */
    @Param("128")
    public int headSize;

    /** C. */
    @Param("64")
    public int chunkSize;

    @Override
    HotPart part() {
        RowCopyPart.Direction way = RowCopyPart.Direction.valueOf(direction);
        return new RowCopyPart(way, offHeap, tokens, heads, headSize, chunkSize);
    }
}
