package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.LevelLookup;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The only stage that goes through a sequence in order: from chunk to chunk, not from token to token. */
final class ChunkStateKernel {
    /** Work-items per work-group: 8 × 16. */
    static final int LANES = 128;

    private static final int TILE = 32;
    private static final int STRIDE = TILE + 1;
    /** Local memory that every device has, in floats. */
    private static final int LOCAL_FLOATS = 48 * 1024 / Float.BYTES;

    private ChunkStateKernel() {}

    /**
     * How many value channels of the state fit the local memory of one work-group.
     *
     * @return 32, 16 or 8; 0 if K is too large
     */
    static int columns(int K, int C) {
        int padded = (K + TILE - 1) / TILE * TILE;
        for (int columns = 32; columns >= 8; columns /= 2) {
            if ((padded + C) * columns + C * STRIDE <= LOCAL_FLOATS) {
                return columns;
            }
        }
        return 0;
    }

    /**
     * Takes some value channels of one head's state through all chunks of a sequence.
     *
     * <pre>  P = U − W S        S ← exp(G_C) ⊙ S + (k ⊙ outOf)ᵀ P </pre>
     *
     * <p>key = k [micro-steps, H, K], gain unread, into and fades = outOf [chunks, HV, C, G] or unread (into's last row is
     * exp G_C), values [chunks, HV, C, V]: U in, P out; keys = W [chunks, HV, C, K]; state [N, HV, K, V] (modified);
     * states [chunks, HV, K, V] (written): the state before each chunk. With {@link KernelFlags#NOTHING_ERASED} P is in values
     * already, and keys is unread.
     *
     * <p>With {@link KernelFlags#BACKWARD} it takes the gradient D of the state from the last chunk to the first:
     *
     * <pre>  dP = U' + W' D        D ← exp(G_C) ⊙ D + Z − (e ⊙ into)ᵀ dP        e = key ⊙ gain </pre>
     *
     * key = k or [micro-steps, H or HV, K], gain [micro-steps, H or HV, 1 or K], fades = into, values U' in, dP out; keys =
     * W'; state = D (modified); states: Z in, the gradient of each chunk's last state out.
     *
     * <p>With both flags
     *
     * <pre>  dP = U' + (k ⊙ outOf) D        D ← exp(G_C) ⊙ D + Z </pre>
     *
     * key = k, fades = outOf, and keys and gain are unread; U' is what the reads leave for the pseudo-values.
     *
     * <p>With {@link KernelFlags#LEVELS} state [N, HV, L, K, V], values and states have places for the state that each chunk writes
     * and, after them, for those that are live before it ({@link RunTable}). Before a chunk the levels below that of its position are merged
     * into it; then the lowest level begins at zero and takes P = U, the others take P = −W S, or none where nothing is erased.
     * Backward a merge hands its gradient to each of its parts, dP of the lowest level begins at zero, and there is no Z for it. The lowest level's
     * state after the chunk, and before it backward, is nobody's.
     *
     * <p>Parallel over: sequence × value head × tiles of value channels; the state tile stays in local memory, or with levels
     * passes through it.
     * Accumulates: float. Requires: C a multiple of 16, columns from {@link #columns}, work-groups of {@link #LANES}.
     * Source: docs/math/wy-representation.md, docs/math/log-linear.md. Oracle: core.reference.
     */
    static void chunkStates(
            KernelContext context,
            IntArray table,
            FloatArray key,
            FloatArray gain,
            FloatArray into,
            FloatArray fades,
            FloatArray values,
            FloatArray keys,
            FloatArray state,
            FloatArray states,
            int K,
            int V,
            int C,
            int G,
            int H,
            int HV,
            int columns,
            int flags,
            int signature) {
        int padded = (K + TILE - 1) / TILE * TILE;
        float[] S = context.allocateFloatLocalArray(padded * columns);
        float[] P = context.allocateFloatLocalArray(C * columns);
        float[] tile = context.allocateFloatLocalArray(C * STRIDE);
        int R = C / 16;
        int J = columns / 8;
        int pass = flags & (KernelFlags.BACKWARD | KernelFlags.NOTHING_ERASED);
        int L = 1;
        if ((flags & KernelFlags.LEVELS) != 0) {
            L = table.get(RunTable.LEVELS);
        }
        float[] sums = new float[R * J];
        float[] next = new float[2 * J];
        float[] right = new float[J];

        int lane = context.localIdx;
        int x = lane % 8;
        int y = lane / 8;
        int tiles = (V + columns - 1) / columns;
        int head = context.groupIdx / tiles % HV;
        int sequence = context.groupIdx / tiles / HV;
        int keyHead = head / (HV / H);
        int channel = context.groupIdx % tiles * columns;
        int stateBase = (sequence * HV + head) * L * K * V + channel;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        if ((flags & KernelFlags.LEVELS) == 0) {
            for (int at = lane; at < padded * columns; at += LANES) {
                int d = at / columns;
                float value = 0f;
                if (d < K && channel + at % columns < V) {
                    value = state.get(stateBase + d * V + at % columns);
                }
                S[at] = value;
            }
            context.localBarrier();
        }
        int chunkEnd = table.get(RunTable.SEQUENCES + 2 * sequence + 3);
        int chunkStart = table.get(RunTable.SEQUENCES + 2 * sequence + 1);
        for (int step = chunkStart; step < chunkEnd; step++) {
            int chunk = (flags & KernelFlags.BACKWARD) != 0 ? chunkStart + chunkEnd - 1 - step : step;
            int block = chunk * HV + head;
            int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
            int first = table.get(entry);
            int length = table.get(entry + 1);
            int position = 0;
            int live = 0;
            if ((flags & KernelFlags.LEVELS) != 0) {
                int levels = table.get(RunTable.CHUNK_LEVELS) + 3 * chunk;
                position = table.get(levels);
                live = table.get(levels + 1);
                int merged = table.get(levels + 2);
                if ((flags & KernelFlags.BACKWARD) != 0) {
                    merged = 0;
                    if (step > chunkStart) {
                        merged = table.get(levels + 5); // before the chunk after it
                    }
                }
                for (int at = lane; at < padded * columns; at += LANES) {
                    int d = at / columns;
                    if (merged > 0 && d < K && channel + at % columns < V) {
                        int lowest = stateBase + d * V + at % columns;
                        float sum = 0f;
                        if ((flags & KernelFlags.BACKWARD) != 0) {
                            sum = state.get(lowest + merged * K * V);
                        }
                        for (int level = 0; level < merged; level++) {
                            int from = lowest + level * K * V;
                            if ((flags & KernelFlags.BACKWARD) != 0) {
                                state.set(from, sum);
                            } else {
                                sum += state.get(from);
                                state.set(from, 0f);
                            }
                        }
                        state.set(lowest + merged * K * V, sum);
                    }
                }
            }
            for (int level = 0; level < L; level = LevelLookup.above(position, level)) {
                int part = block;
                boolean newest = false;
                // Whether there is something to begin with in the place of P, whether rows meet the state on its way,
                // and whether they
                // change it: where nothing is erased, and at the lowest of several levels, not all do.
                boolean given = true;
                boolean meets = pass != KernelFlags.NOTHING_ERASED;
                boolean changes = pass != (KernelFlags.BACKWARD | KernelFlags.NOTHING_ERASED);
                if ((flags & KernelFlags.LEVELS) != 0) {
                    newest = level == 0;
                    if (newest) {
                        given = (flags & KernelFlags.BACKWARD) == 0;
                        meets = (flags & KernelFlags.BACKWARD) != 0;
                        changes = (flags & KernelFlags.BACKWARD) == 0;
                    } else {
                        part = live * HV + head;
                        live++;
                        given = pass == KernelFlags.BACKWARD;
                        meets = (flags & KernelFlags.NOTHING_ERASED) == 0;
                        changes = (flags & KernelFlags.NOTHING_ERASED) == 0;
                    }
                    for (int at = lane; at < padded * columns; at += LANES) {
                        int d = at / columns;
                        float value = 0f;
                        if (d < K && channel + at % columns < V) {
                            if (!newest || (flags & KernelFlags.BACKWARD) != 0) {
                                value = state.get(stateBase + (level * K + d) * V + at % columns);
                            }
                        }
                        S[at] = value;
                    }
                    context.localBarrier();
                }
                for (int at = lane; at < padded * columns; at += LANES) {
                    int d = at / columns;
                    if ((flags & KernelFlags.BACKWARD) == 0 && !newest && d < K && channel + at % columns < V) {
                        states.set((part * K + d) * V + channel + at % columns, S[at]);
                    }
                }
                for (int i = 0; i < R; i++) {
                    for (int j = 0; j < J; j++) {
                        float value = 0f;
                        if (given && channel + x + 8 * j < V) {
                            value = values.get((part * C + y + 16 * i) * V + channel + x + 8 * j);
                        }
                        sums[i * J + j] = value;
                    }
                }
                if (meets) {
                    for (int from = 0; from < padded; from += TILE) {
                        for (int at = lane; at < C * TILE; at += LANES) {
                            int row = at / TILE;
                            int d = from + at % TILE;
                            float value = 0f;
                            if (d < K) {
                                if ((flags & KernelFlags.NOTHING_ERASED) != 0) {
                                    if (row < length) {
                                        value = key.get(((first + row) * H + keyHead) * K + d);
                                        if (G > 0) {
                                            value *= fades.get((block * C + row) * G + (G > 1 ? d : 0));
                                        }
                                    }
                                } else {
                                    value = keys.get((block * C + row) * K + d);
                                }
                                if ((flags & KernelFlags.BACKWARD) != 0) {
                                    value = -value;
                                }
                            }
                            tile[row * STRIDE + at % TILE] = value;
                        }
                        context.localBarrier();
                        for (int d = 0; d < TILE; d++) {
                            for (int j = 0; j < J; j++) {
                                right[j] = S[(from + d) * columns + x + 8 * j];
                            }
                            for (int i = 0; i < R; i++) {
                                float w = tile[(y + 16 * i) * STRIDE + d];
                                for (int j = 0; j < J; j++) {
                                    sums[i * J + j] -= w * right[j];
                                }
                            }
                        }
                        context.localBarrier();
                    }
                }
                for (int i = 0; i < R; i++) {
                    for (int j = 0; j < J; j++) {
                        float value = sums[i * J + j];
                        P[(y + 16 * i) * columns + x + 8 * j] = value;
                        if (meets && channel + x + 8 * j < V) {
                            values.set((part * C + y + 16 * i) * V + channel + x + 8 * j, value);
                        }
                    }
                }
                for (int from = 0; from < padded; from += TILE) {
                    for (int at = lane; at < C * TILE; at += LANES) {
                        int row = at / TILE;
                        int d = from + at % TILE;
                        float value = 0f;
                        if (changes && row < length && d < K) {
                            int m = first + row;
                            int keyRow = (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0
                                    ? m * HV + head
                                    : m * H + keyHead;
                            value = key.get(keyRow * K + d);
                            if ((flags & KernelFlags.BACKWARD) != 0) {
                                int gainRow = (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0
                                        ? m * H + keyHead
                                        : m * HV + head;
                                value *= -gain.get(
                                        (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow);
                            }
                            if (G > 0) {
                                value *= fades.get((block * C + row) * G + (G > 1 ? d : 0));
                            }
                        }
                        tile[row * STRIDE + at % TILE] = value;
                    }
                    context.localBarrier();
                    for (int i = 0; i < 2; i++) {
                        int d = from + y + 16 * i;
                        float fade = 1f;
                        if (G > 0 && d < K) {
                            fade = into.get((block * C + C - 1) * G + (G > 1 ? d : 0));
                        }
                        for (int j = 0; j < J; j++) {
                            float before = S[d * columns + x + 8 * j];
                            float added = 0f;
                            if ((flags & KernelFlags.BACKWARD) != 0 && d < K && channel + x + 8 * j < V) {
                                int at = (part * K + d) * V + channel + x + 8 * j;
                                added = newest ? 0f : states.get(at);
                                states.set(at, before);
                            }
                            next[i * J + j] = fade * before + added;
                        }
                    }
                    if (changes) {
                        for (int at = 0; at < C; at++) {
                            // What weighs most, that which little decay lies between, is added last.
                            int row = (flags & KernelFlags.BACKWARD) != 0 ? C - 1 - at : at;
                            for (int j = 0; j < J; j++) {
                                right[j] = P[row * columns + x + 8 * j];
                            }
                            for (int i = 0; i < 2; i++) {
                                float weight = tile[row * STRIDE + y + 16 * i];
                                for (int j = 0; j < J; j++) {
                                    next[i * J + j] += weight * right[j];
                                }
                            }
                        }
                    }
                    for (int i = 0; i < 2; i++) {
                        for (int j = 0; j < J; j++) {
                            S[(from + y + 16 * i) * columns + x + 8 * j] = next[i * J + j];
                        }
                    }
                    context.localBarrier();
                }
                if ((flags & KernelFlags.LEVELS) != 0) {
                    for (int at = lane; at < padded * columns; at += LANES) {
                        int d = at / columns;
                        if (d < K && channel + at % columns < V) {
                            state.set(stateBase + (level * K + d) * V + at % columns, S[at]);
                        }
                    }
                }
            }
        }
        if ((flags & KernelFlags.LEVELS) != 0) {
            if ((flags & KernelFlags.BACKWARD) == 0 && chunkEnd > chunkStart) {
                int last = table.get(table.get(RunTable.CHUNK_LEVELS) + 3 * (chunkEnd - 1));
                for (int level = 1; level < L; level++) {
                    if (!LevelLookup.live(last, level)) {
                        for (int at = lane; at < padded * columns; at += LANES) {
                            int d = at / columns;
                            if (d < K && channel + at % columns < V) {
                                state.set(stateBase + (level * K + d) * V + at % columns, 0f);
                            }
                        }
                    }
                }
            }
        } else {
            for (int at = lane; at < padded * columns; at += LANES) {
                int d = at / columns;
                if (d < K && channel + at % columns < V) {
                    state.set(stateBase + d * V + at % columns, S[at]);
                }
            }
        }
    }
}
