package io.deltarule.core.cpu.product;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The inputs x of many tokens as the tiles want them for W xᵀ: panels of {@link #WIDTH} tokens, each [in, WIDTH], with zeros
 * for the tokens that the last one lacks.
 */
public final class TokenPanels {
    /** Tokens of a panel. */
    public static final int WIDTH = Tiles.WIDTH;

    private static final Scratch ROWS = new Scratch();

    private float[] data = new float[0];
    private int tokens;
    private int in;

    /** Makes room for so many tokens of a width. */
    public void begin(int count, int width) {
        tokens = count;
        in = width;
        int size = Math.multiplyExact(panels() * WIDTH, width);
        if (data.length < size) {
            data = new float[size];
        }
    }

    /** How many there are. */
    public int panels() {
        return Math.ceilDiv(tokens, WIDTH);
    }

    /** Takes in a panel's tokens from rows [tokens, in] that begin at a byte offset; panels may be taken by many threads. */
    public void take(int panel, MemorySegment x, long at) {
        int first = panel * WIDTH;
        int count = Math.min(WIDTH, tokens - first);
        float[] rows = ROWS.of(WIDTH * in);
        MemorySegment.copy(x, ValueLayout.JAVA_FLOAT, at + (long) first * in * Float.BYTES, rows, 0, count * in);
        Arrays.fill(rows, count * in, WIDTH * in, 0);
        Transposition.copy(rows, 0, in, WIDTH, in, data, first * in, WIDTH);
    }

    float[] data() {
        return data;
    }

    /** Where an input of a panel begins. */
    int at(int panel, int input) {
        return (panel * in + input) * WIDTH;
    }
}
