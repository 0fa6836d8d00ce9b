package io.deltarule.core.cpu.product;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Rows of many tokens in an array, whose numbers the tiles broadcast; zeros follow up to a whole tile. */
public final class TokenRows {
    private static final int APART = 16; // no power of two from row to row

    private float[] data = new float[0];
    private int tokens;
    private int width;

    /** Makes room for so many tokens of a width. */
    public void begin(int count, int numbers) {
        tokens = count;
        width = numbers;
        int size = Math.multiplyExact(padded(), stride());
        if (data.length < size) {
            data = new float[size];
        }
        Arrays.fill(data, count * stride(), size, 0);
    }

    /** Takes in tokens [from, to) of rows that begin at a byte offset; tokens may be taken by many threads. */
    public void take(int from, int to, MemorySegment rows, long at) {
        for (int t = from; t < to; t++) {
            long source = at + (long) t * width * Float.BYTES;
            MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, source, data, t * stride(), width);
        }
    }

    float[] data() {
        return data;
    }

    int tokens() {
        return tokens;
    }

    /** Tokens of whole tiles. */
    int padded() {
        return Math.ceilDiv(tokens, Tiles.LEAST) * Tiles.LEAST;
    }

    int stride() {
        return width + APART;
    }

    /** Bytes of the array. */
    public long bytes() {
        return (long) data.length * Float.BYTES;
    }
}
