package io.deltarule.core.cpu.product;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The inputs x of many tokens as the tiles want them for yᵀ x: strips of {@link #WIDTH} inputs, each [tokens, WIDTH], with zeros
 * for the inputs that the last one lacks.
 */
public final class TokenStrips {
    /** Of memory that may have changed. */
    public static final long UNMARKED = -1;

    /** Inputs of a strip. */
    static final int WIDTH = Tiles.WIDTH;

    private float[] data = new float[0];
    private int tokens;
    private int in;
    private long from;
    private long firstToken;
    private long marked = UNMARKED;

    /** Makes room for so many tokens of a width. */
    public void begin(int count, int width) {
        tokens = count;
        in = width;
        int size = Math.multiplyExact(strips() * WIDTH, count);
        if (data.length < size) {
            data = new float[size];
        }
    }

    /** Whether these tokens of that off-heap memory are in here since an earlier call with the same mark; from now on they are to be. */
    public boolean hold(MemorySegment x, long first, int count, long mark) {
        boolean held =
                mark != UNMARKED && x.address() == from && first == firstToken && count == tokens && mark == marked;
        from = x.address();
        firstToken = first;
        marked = mark;
        return held;
    }

    /** How many there are. */
    public int strips() {
        return Math.ceilDiv(in, WIDTH);
    }

    /** Takes in a strip from rows [tokens, in] that begin at a byte offset; strips may be taken by many threads. */
    public void take(int strip, MemorySegment x, long at) {
        int first = strip * WIDTH;
        int count = Math.min(WIDTH, in - first);
        for (int t = 0; t < tokens; t++) {
            int to = at(strip) + t * WIDTH;
            MemorySegment.copy(x, ValueLayout.JAVA_FLOAT, at + ((long) t * in + first) * Float.BYTES, data, to, count);
            Arrays.fill(data, to + count, to + WIDTH, 0);
        }
    }

    /** Bytes of the arrays. */
    public long bytes() {
        return (long) data.length * Float.BYTES;
    }

    int tokens() {
        return tokens;
    }

    float[] data() {
        return data;
    }

    /** Where a strip begins. */
    int at(int strip) {
        return strip * tokens * WIDTH;
    }
}
