package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.LevelLookup;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.stored.Held;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The only stage that goes through a sequence in order: from chunk to chunk, not from token to token. */
final class ChunkStateKernel {
    /** Work-items per work-group: 8 × 16, each with C/16 rows of pseudo-values and K/16 of the state, columns/8 channels of both. */
    static final int LANES = 128;

    private ChunkStateKernel() {}

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
     * <p>With {@link KernelFlags#SEGMENT_MAPS} a walk goes through a segment of a sequence and finds what that makes of any state, S ← A S + B: it
     * begins with zeros for B and, with K channels more, with the identity for A, which U and Z do not touch; where nothing is erased A is
     * diagonal, one channel that begins with ones. B beside A goes to states after the chunks' own, [walks, HV, K, V + K], and nothing else is
     * written. With {@link KernelFlags#SEGMENTS} a walk begins with what {@link SegmentStartKernel} put in B's place, and the last of a
     * sequence's, backward its first, leaves state.
     *
     * <p>Parallel over: sequence, or segment, × value head × tiles of value channels. The state stays in registers, or with levels
     * passes through them, and lies in local memory for the product with W, of which each quarter of a work-group takes a quarter of the key
     * channels. While a tile of W or of keys is computed with, the next is on its way from memory.
     * Accumulates: float. Requires: C a multiple of 16, columns from {@link StateTiles#columns}, work-groups of {@link #LANES}.
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
        int padded = StateTiles.padded(K);
        int rows = StateTiles.rows(padded, C);
        // What a work-item holds: R rows of P; D key channels of the state, E of them side by side; J value channels.
        int R = C / 16;
        int D = padded / 16;
        int E = D < 4 ? D : 4;
        int J = columns / 8;
        // How it loads rows of keys: so many at once, or one in so many parts.
        int width = padded < LANES ? padded : LANES;
        int parts = padded / width;
        int loads = rows * padded / LANES;
        int beside = LANES / columns;
        int sRow = StateTiles.stride(padded, columns);
        int pRow = columns + StateTiles.APART;
        float[] S = context.allocateFloatLocalArray(padded * sRow);
        // P, and after it a tile of W or of keys; in between parts of P of two of the four.
        float[] P = context.allocateFloatLocalArray(C * pRow + StateTiles.size(padded, C));
        int tile = C * pRow;
        float[] held = new float[D * J];
        float[] fade = new float[D];
        float[] added = new float[D * J];
        float[] line = new float[D * J];
        float[] given = new float[R * J];
        float[] sums = new float[4 * R * J];
        float[] left = new float[4];
        float[] right = new float[8 * J];
        float[] next = new float[C / 2];
        int[] nextBits = new int[C / 2];
        float[] nextFade = new float[C / 2];
        float[] nextGain = new float[C / 2];
        float[] scale = new float[R * J];

        boolean gainsChannels = (flags & KernelFlags.BACKWARD) != 0
                && (flags & KernelFlags.NOTHING_ERASED) == 0
                && (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0;
        int pass = flags & (KernelFlags.BACKWARD | KernelFlags.NOTHING_ERASED);
        int L = 1;
        if ((flags & KernelFlags.LEVELS) != 0) {
            L = table.get(RunTable.LEVELS);
        }
        int lane = context.localIdx;
        // Neighbours have the same channels: then reads of four numbers need half of local memory's cycles.
        int x = lane / 2 % 8 * J;
        int y = lane % 2 + lane / 16 * 2;
        // Of W S each quarter of them takes a quarter of the key channels, and a work-item four times as much of the
        // result.
        int quarter = lane / 32;
        int px = lane / 2 % 4 * 2 * J;
        int py = lane % 2 + lane % 32 / 8 * 2;
        // With the maps of segments there are channels for what they leave of the state besides those of values.
        int span = V;
        if ((flags & (KernelFlags.SEGMENTS | KernelFlags.SEGMENT_MAPS)) != 0) {
            span += (flags & KernelFlags.NOTHING_ERASED) != 0 ? 1 : K;
        }
        int tiles = ((flags & KernelFlags.SEGMENT_MAPS) != 0 ? span + columns - 1 : V + columns - 1) / columns;
        int head = context.groupIdx / tiles % HV;
        int walk = context.groupIdx / tiles / HV;
        int chunkStart = table.get(table.get(RunTable.WALKS) + 4 * walk);
        int chunkEnd = table.get(table.get(RunTable.WALKS) + 4 * walk + 1);
        int sequence = table.get(table.get(RunTable.WALKS) + 4 * walk + 2);
        int keyHead = head / (HV / H);
        int channel = context.groupIdx % tiles * columns;
        int stateBase = (sequence * HV + head) * L * K * V + channel;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        int segmentBase = table.get(RunTable.FIRST_LIVE) * HV * K * V + (walk * HV + head) * K * span + channel;

        if ((flags & KernelFlags.LEVELS) == 0) {
            for (int i = 0; i < D * J; i++) {
                int d = E * y + 16 * E * (i / J / E) + i / J % E;
                int c = x + i % J;
                float value = 0f;
                if ((flags & KernelFlags.SEGMENT_MAPS) != 0) {
                    if (channel + c >= V && ((flags & KernelFlags.NOTHING_ERASED) != 0 || channel + c - V == d)) {
                        value = 1f;
                    }
                } else {
                    if (d < K && channel + c < V) {
                        value = (flags & KernelFlags.SEGMENTS) != 0
                                ? states.get(segmentBase + d * span + c)
                                : state.get(stateBase + d * V + c);
                    }
                }
                held[i] = value;
            }
        }
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
                for (int i = 0; i < D * J; i++) {
                    int d = E * y + 16 * E * (i / J / E) + i / J % E;
                    if (merged > 0 && d < K && channel + x + i % J < V) {
                        int lowest = stateBase + d * V + x + i % J;
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
                boolean starts = true;
                boolean meets = pass != KernelFlags.NOTHING_ERASED;
                boolean changes = pass != (KernelFlags.BACKWARD | KernelFlags.NOTHING_ERASED);
                if ((flags & KernelFlags.LEVELS) != 0) {
                    newest = level == 0;
                    if (newest) {
                        starts = (flags & KernelFlags.BACKWARD) == 0;
                        meets = (flags & KernelFlags.BACKWARD) != 0;
                        changes = (flags & KernelFlags.BACKWARD) == 0;
                    } else {
                        part = live * HV + head;
                        live++;
                        starts = pass == KernelFlags.BACKWARD;
                        meets = (flags & KernelFlags.NOTHING_ERASED) == 0;
                        changes = (flags & KernelFlags.NOTHING_ERASED) == 0;
                    }
                    for (int i = 0; i < D; i++) {
                        int d = E * y + 16 * E * (i / E) + i % E;
                        for (int j = 0; j < J; j++) {
                            float value = 0f;
                            if (d < K && channel + x + j < V) {
                                if (!newest || (flags & KernelFlags.BACKWARD) != 0) {
                                    value = state.get(stateBase + (level * K + d) * V + x + j);
                                }
                            }
                            held[i * J + j] = value;
                        }
                    }
                }
                for (int i = 0; i < R * J; i++) {
                    float value = 0f;
                    if (starts && channel + lane % columns < V) {
                        value = values.get((part * C + lane / columns + i * beside) * V + channel + lane % columns);
                    }
                    given[i] = value;
                }
                for (int i = 0; i < 4 * R * J; i++) {
                    sums[i] = 0f;
                }
                for (int i = 0; i < D; i++) {
                    int d = E * y + 16 * E * (i / E) + i % E;
                    float value = 1f;
                    if (G > 0 && d < K) {
                        value = into.get((block * C + C - 1) * G + (G > 1 ? d : 0));
                    }
                    fade[i] = value;
                    for (int j = 0; j < J; j++) {
                        S[d * sRow + x + j] = held[i * J + j];
                    }
                }
                if ((flags & KernelFlags.BACKWARD) != 0) {
                    for (int i = 0; i < D * J; i++) {
                        int d = lane / columns + i * beside;
                        float value = 0f;
                        if (!newest && (K == padded || d < K) && channel + lane % columns < V) {
                            value = states.get((part * K + d) * V + channel + lane % columns);
                        }
                        added[i] = value;
                    }
                }
                int products = meets ? padded / StateTiles.DEPTH : 0;
                int updates = changes ? C / rows : 0;
                // What a tile takes from memory is on its way while the one before it is computed with; before the
                // first there is a turn
                // without.
                int begin = -1;
                if ((flags & KernelFlags.LEVELS) == 0 && step > chunkStart) {
                    begin = 0;
                }
                for (int t = begin; t <= products + 1 + updates; t++) {
                    if (t >= 0 && t < products) {
                        for (int i = 0; i < C / 4; i++) {
                            float value = next[i];
                            if ((flags & KernelFlags.SIXTEEN) != 0) {
                                value = Held.number(keys, nextBits[i]);
                            }
                            if (G > 0 && (flags & KernelFlags.NOTHING_ERASED) != 0) {
                                value *= nextFade[i];
                            }
                            P[tile + (lane / StateTiles.DEPTH + 4 * i) * StateTiles.STRIDE + lane % StateTiles.DEPTH] =
                                    value;
                        }
                    }
                    if (t > products + 1) {
                        for (int i = 0; i < loads; i++) {
                            float value = next[i];
                            if ((flags & KernelFlags.SIXTEEN) != 0) {
                                value = Held.number(key, nextBits[i]);
                            }
                            if (gainsChannels) {
                                value *= nextGain[i];
                            }
                            if (G > 1) {
                                value *= nextFade[i];
                            }
                            P[tile + lane + i * LANES] = value;
                        }
                    }
                    if (t - products == quarter / 2) {
                        for (int i = 0; i < 4 * R * J; i++) {
                            P[quarter % 2 * tile + (py + 8 * (i / (2 * J))) * pRow + px + i % (2 * J)] = sums[i];
                        }
                    }
                    if ((flags & KernelFlags.BACKWARD) != 0 && t == products) {
                        for (int i = 0; i < D * J; i++) {
                            S[(lane / columns + i * beside) * sRow + lane % columns] = added[i];
                        }
                    }
                    context.localBarrier();

                    int following = t < products ? t + 1 : t > products + 1 ? t - 1 : -1;
                    int source = block;
                    int begins = first;
                    int lasts = length;
                    if ((flags & KernelFlags.LEVELS) == 0 && following == products + updates && step + 1 < chunkEnd) {
                        following = 0;
                        source += (flags & KernelFlags.BACKWARD) != 0 ? -HV : HV;
                        begins = table.get(entry + ((flags & KernelFlags.BACKWARD) != 0 ? -2 : 2));
                        lasts = table.get(entry + ((flags & KernelFlags.BACKWARD) != 0 ? -1 : 3));
                    }
                    if (following >= 0 && following < products) {
                        int d = following * StateTiles.DEPTH + lane % StateTiles.DEPTH;
                        int row = lane / StateTiles.DEPTH;
                        for (int i = 0; i < C / 4; i++) {
                            float value = 0f;
                            int bits = 0;
                            float faded = 1f;
                            if (K == padded || d < K) {
                                if ((flags & KernelFlags.NOTHING_ERASED) == 0) {
                                    int at = (source * C + row) * K + d + i * 4 * K;
                                    if ((flags & KernelFlags.SIXTEEN) != 0) {
                                        bits = Held.bits(keys, at);
                                    } else {
                                        value = keys.get(at);
                                    }
                                } else {
                                    if (row + 4 * i < lasts) {
                                        int at = ((begins + row) * H + keyHead) * K + d + i * 4 * H * K;
                                        if ((flags & KernelFlags.SIXTEEN) != 0) {
                                            bits = Held.bits(key, at);
                                        } else {
                                            value = key.get(at);
                                        }
                                        if (G > 0) {
                                            faded = fades.get((source * C + row) * G + (G > 1 ? d : 0) + i * 4 * G);
                                        }
                                    }
                                }
                            }
                            next[i] = value;
                            nextBits[i] = bits;
                            nextFade[i] = faded;
                        }
                    }
                    if (following >= products && following < products + updates) {
                        int row = (following - products) * rows;
                        if ((flags & KernelFlags.BACKWARD) != 0) {
                            row = C - rows - row;
                        }
                        row += width < LANES ? lane / width : 0;
                        int d = lane % width;
                        int vectorHeads = (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? HV : H;
                        int vector = (begins + row) * vectorHeads + head / (HV / vectorHeads);
                        int gainHeads = (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? H : HV;
                        int gains = (begins + row) * gainHeads + head / (HV / gainHeads);
                        for (int i = 0; i < loads; i++) {
                            int on = i / parts * (LANES / width);
                            int across = i % parts * LANES;
                            float value = 0f;
                            int bits = 0;
                            float faded = 0f;
                            float gained = 0f;
                            if (row + on < lasts && (K == padded || d + across < K)) {
                                int at = vector * K + d + on * vectorHeads * K + across;
                                if ((flags & KernelFlags.SIXTEEN) != 0) {
                                    bits = Held.bits(key, at);
                                } else {
                                    value = key.get(at);
                                }
                                if (G > 1) {
                                    faded = fades.get((source * C + row) * K + d + on * K + across);
                                }
                                if (gainsChannels) {
                                    gained = gain.get(gains * K + d + on * gainHeads * K + across);
                                }
                            }
                            next[i] = value;
                            nextBits[i] = bits;
                            nextFade[i] = faded;
                            nextGain[i] = gained;
                        }
                    }

                    if (t == begin
                            && (flags & KernelFlags.SEGMENT_MAPS) == 0
                            && ((flags & KernelFlags.BACKWARD) != 0 || !newest)) {
                        // The state before the chunk, for the reads; the tiles have left it alone so far.
                        for (int i = 0; i < D * J; i++) {
                            line[i] = S[(lane / columns + i * beside) * sRow + lane % columns];
                        }
                        for (int i = 0; i < D * J; i++) {
                            int d = lane / columns + i * beside;
                            if ((K == padded || d < K) && channel + lane % columns < V) {
                                states.set(
                                        (part * K + lane / columns) * V + channel + lane % columns + i * beside * V,
                                        line[i]);
                            }
                        }
                    }
                    if (t == products) {
                        // What a row's key counts with, where it is one number, its pseudo-value can as well.
                        for (int i = 0; i < R * J; i++) {
                            int row = lane / columns + i * beside;
                            float counts = 1f;
                            if (G == 1 && row < length) {
                                counts = fades.get(block * C + row);
                            }
                            if (pass == KernelFlags.BACKWARD) {
                                counts = -counts;
                                if (!gainsChannels && row < length) {
                                    int m = first + row;
                                    counts *= gain.get(
                                            (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0
                                                    ? m * H + keyHead
                                                    : m * HV + head);
                                }
                            }
                            scale[i] = counts;
                        }
                    }
                    if (t == products || t == products + 1) {
                        for (int i = 0; i < R * J; i++) {
                            int at = (lane / columns + i * beside) * pRow + lane % columns;
                            float sum = P[at] + P[tile + at];
                            given[i] += (flags & KernelFlags.BACKWARD) != 0 ? sum : -sum;
                        }
                    }
                    if (t == products + 1) {
                        for (int i = 0; i < R * J; i++) {
                            P[(lane / columns + i * beside) * pRow + lane % columns] = scale[i] * given[i];
                        }
                        for (int i = 0; i < R * J; i++) {
                            if (meets && (flags & KernelFlags.SEGMENT_MAPS) == 0 && channel + lane % columns < V) {
                                values.set(
                                        (part * C + lane / columns) * V + channel + lane % columns + i * beside * V,
                                        given[i]);
                            }
                        }
                    }
                    if (t == products) {
                        for (int i = 0; i < D * J; i++) {
                            int d = E * y + 16 * E * (i / J / E) + i / J % E;
                            float value = fade[i / J] * held[i];
                            if ((flags & KernelFlags.BACKWARD) != 0) {
                                value += S[d * sRow + x + i % J];
                            }
                            held[i] = value;
                        }
                    }
                    int depth = t >= 0 && t < products ? StateTiles.DEPTH / 4 : 0;
                    for (int at = 0; at < depth; at += 4) {
                        int d = quarter * (StateTiles.DEPTH / 4) + at;
                        for (int j = 0; j < 8 * J; j++) {
                            right[j] = S[(t * StateTiles.DEPTH + d + j / (2 * J)) * sRow + px + j % (2 * J)];
                        }
                        for (int i = 0; i < 2 * R; i++) {
                            for (int j = 0; j < 4; j++) {
                                left[j] = P[tile + (py + 8 * i) * StateTiles.STRIDE + d + j];
                            }
                            for (int j = 0; j < 8 * J; j++) {
                                sums[i * 2 * J + j % (2 * J)] += left[j / (2 * J)] * right[j];
                            }
                        }
                    }
                    int taken = t > products + 1 ? rows : 0;
                    for (int at = 0; at < taken; at++) {
                        // What weighs most, that which little decay lies between, is added last.
                        int row = (flags & KernelFlags.BACKWARD) != 0 ? rows - 1 - at : at;
                        int from = (t - products - 2) * rows;
                        int of = (flags & KernelFlags.BACKWARD) != 0 ? C - rows - from + row : from + row;
                        for (int j = 0; j < J; j++) {
                            right[j] = P[of * pRow + x + j];
                        }
                        for (int i = 0; i < D; i++) {
                            float weight = P[tile + row * padded + E * y + 16 * E * (i / E) + i % E];
                            for (int j = 0; j < J; j++) {
                                held[i * J + j] += weight * right[j];
                            }
                        }
                    }
                    context.localBarrier();
                }
                if ((flags & KernelFlags.LEVELS) != 0) {
                    for (int i = 0; i < D; i++) {
                        int d = E * y + 16 * E * (i / E) + i % E;
                        for (int j = 0; j < J; j++) {
                            if (d < K && channel + x + j < V) {
                                state.set(stateBase + (level * K + d) * V + x + j, held[i * J + j]);
                            }
                        }
                    }
                }
            }
        }
        for (int level = 1; level < L; level++) {
            boolean dead = false;
            if ((flags & KernelFlags.BACKWARD) == 0 && chunkEnd > chunkStart) {
                dead = !LevelLookup.live(table.get(table.get(RunTable.CHUNK_LEVELS) + 3 * (chunkEnd - 1)), level);
            }
            for (int i = 0; i < D * J; i++) {
                int d = E * y + 16 * E * (i / J / E) + i / J % E;
                if (dead && d < K && channel + x + i % J < V) {
                    state.set(stateBase + (level * K + d) * V + x + i % J, 0f);
                }
            }
        }
        boolean ends = (flags & KernelFlags.LEVELS) == 0;
        if ((flags & KernelFlags.SEGMENTS) != 0) {
            int from = RunTable.SEQUENCES + 2 * sequence;
            ends = (flags & KernelFlags.BACKWARD) != 0
                    ? chunkStart == table.get(from + 1)
                    : chunkEnd == table.get(from + 3);
        }
        for (int i = 0; i < D * J; i++) {
            int d = E * y + 16 * E * (i / J / E) + i / J % E;
            int c = x + i % J;
            if ((flags & KernelFlags.SEGMENT_MAPS) != 0) {
                if (d < K && channel + c < span) {
                    states.set(segmentBase + d * span + c, held[i]);
                }
            } else {
                if (ends && d < K && channel + c < V) {
                    state.set(stateBase + d * V + c, held[i]);
                }
            }
        }
    }
}
