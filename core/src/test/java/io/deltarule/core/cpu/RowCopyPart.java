package io.deltarule.core.cpu;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.memory.RowView;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * All rows of one head between a caller's tensor [T, heads, width] and a worker's scratch, a chunk at a time; each run
 * takes the next head, so that the rows come from where a prefill finds them.
 */
final class RowCopyPart extends HotPart {
    /** Which way. */
    enum Direction {
        GATHER,
        SCATTER
    }

    private final Direction direction;
    private final int tokens;
    private final int heads;
    private final int width;
    private final int C;
    private final Arena arena = Arena.ofShared();
    private final Tensor tensor;
    private final RowView view;
    private final Matrix scratch; // all tokens of a head; a chunk's rows are overwritten by the next chunk's
    private int head;

    RowCopyPart(Direction direction, boolean offHeap, int tokens, int heads, int width, int C) {
        this.direction = direction;
        this.tokens = tokens;
        this.heads = heads;
        this.width = width;
        this.C = C;
        tensor = offHeap ? Tensor.allocate(arena, tokens, heads, width) : Tensor.zeros(tokens, heads, width);
        view = new RowView("rows", tensor.data(), heads, heads, width);
        scratch = Matrix.allocate(C, width);
    }

    @Override
    void prepare() {
        head = heads - 1; // the run takes the next
        if (direction == Direction.GATHER) {
            for (long i = 0; i < tensor.size(); i++) {
                tensor.set(i, (float) (i % 65_521));
            }
            Arrays.fill(scratch.data(), Float.NaN);
        } else {
            tensor.fill(Float.NaN);
            for (int i = 0; i < C * width; i++) {
                scratch.set(i / width, i % width, i + 1);
            }
        }
    }

    @Override
    void run() {
        head = (head + 1) % heads;
        for (int token = 0; token < tokens; token += C) {
            int rows = Math.min(C, tokens - token);
            if (direction == Direction.GATHER) {
                view.gather(token, rows, head, scratch, 0);
            } else {
                for (int i = 0; i < rows; i++) {
                    view.scatterRow(scratch, i, token + i, head);
                }
            }
        }
    }

    /** Copies are exact: in the scratch the last chunk's rows, in the tensor every chunk's, and nothing but them. */
    @Override
    void check() {
        int last = (tokens - 1) / C * C;
        for (int token = direction == Direction.GATHER ? last : 0; token < tokens; token++) {
            for (int at = 0; at < heads * width; at++) {
                boolean mine = at / width == head;
                float there = tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT, (long) token * heads * width + at);
                if (mine ? there != scratch.get(token % C, at % width) : foreign(there)) {
                    throw new AssertionError(
                            this + ": token " + token + ", head " + at / width + ", channel " + at % width);
                }
            }
        }
    }

    /** Whether a number of another head shows that it was overwritten. */
    private boolean foreign(float number) {
        return direction == Direction.SCATTER && !Float.isNaN(number);
    }

    @Override
    public void close() {
        arena.close();
    }

    @Override
    public String toString() {
        return direction + " of " + tokens + " rows of one of " + heads + " heads of " + width;
    }
}
