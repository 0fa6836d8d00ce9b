package io.deltarule.core.cpu.memory;

import io.deltarule.core.StateShape;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.math.Rows;
import io.deltarule.core.cpu.math.Spans;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The last write k pᵀ of each state that has not been added to it: the sweep of the next token adds it on its way, so that a
 * token takes one sweep and not two. Heads are taken and put by one thread each.
 */
public final class PendingWrites {
    private final int K;
    private final int V;
    private final long rowBytes;
    private final MemorySegment rows; // k, then p, of every state
    private final boolean[] pending;

    PendingWrites(Arena arena, StateShape shape) {
        K = shape.K();
        V = shape.V();
        rowBytes = (long) (Lanes.padded(K) + Lanes.padded(V)) * Float.BYTES;
        pending = new boolean[Math.multiplyExact(shape.sequences(), shape.HV())];
        rows = arena.allocate(Math.multiplyExact(pending.length, rowBytes), 64);
    }

    private long key(int state) {
        return state * rowBytes;
    }

    private long value(int state) {
        return state * rowBytes + (long) Lanes.padded(K) * Float.BYTES;
    }

    /** Copies a state's write to rows of matrices, zeros where there is none. Whoever adds it to the state puts the next one. */
    public void take(int state, Matrix keys, int keyRow, Matrix values, int valueRow) {
        if (pending[state]) {
            MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, key(state), keys.data(), keys.row(keyRow), K);
            MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, value(state), values.data(), values.row(valueRow), V);
        } else {
            Rows.fill(keys, keyRow, 0);
            Rows.fill(values, valueRow, 0);
        }
    }

    /** Takes up a state's write from rows of matrices. */
    public void put(int state, Matrix keys, int keyRow, Matrix values, int valueRow) {
        MemorySegment.copy(keys.data(), keys.row(keyRow), rows, ValueLayout.JAVA_FLOAT, key(state), K);
        MemorySegment.copy(values.data(), values.row(valueRow), rows, ValueLayout.JAVA_FLOAT, value(state), V);
        if (!pending[state]) { // not written again and again, as threads' flags share cache lines
            pending[state] = true;
        }
    }

    /** Adds a state's write to it where there is one. */
    void settle(int state, State to) {
        if (!pending[state]) {
            return;
        }
        for (int d = 0; d < K; d++) {
            float k = rows.get(ValueLayout.JAVA_FLOAT, key(state) + (long) d * Float.BYTES);
            Spans.accumulate(k, rows, value(state), to.data(), d * to.rowBytes(), V);
        }
        pending[state] = false;
    }

    /** As if nothing had been put. */
    void forget() {
        Arrays.fill(pending, false);
    }
}
