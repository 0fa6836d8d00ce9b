package io.deltarule.tornado.delta.tensor;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The matrix products of chunks on tensor cores. */
final class TileProductKernel {
    /** Columns of the result per work-group. */
    static final int COLUMNS = 128;

    /** The left rows are those of micro-steps [*, H, D]; else those of a chunk matrix [chunks, HV, C, D]. */
    static final int LEFT_ROWS = 1;
    /** There is a left row only at a token's last micro-step, and one per token. */
    static final int LEFT_PER_TOKEN = 2;
    /** Left rows of micro-steps have one per value head. */
    static final int LEFT_PER_VALUE_HEAD = 4;
    /** Left rows are multiplied by the decay since the chunk began. */
    static final int LEFT_DECAYED = 8;
    /** The right rows are those of micro-steps [*, H, N], times the gain; else those of a chunk matrix [chunks, HV, D, N]. */
    static final int RIGHT_ROWS = 16;
    /** Right rows of micro-steps have one per value head. */
    static final int RIGHT_PER_VALUE_HEAD = 32;
    /** Right rows are multiplied by the decay since the chunk began. */
    static final int RIGHT_DECAYED = 64;
    /** Scores: the right rows are those of micro-steps [*, H, D] without gain, the columns of the result. */
    static final int SCORES = 128;
    /** Scores: rows of the result are multiplied by the gain. */
    static final int GAIN = 256;
    /** Scores: the result is multiplied by what decays between row and column. */
    static final int GATED = 512;
    /** Scores: the product is one of key heads, of which each value head takes its own. */
    static final int PER_KEY_HEAD = 1024;
    /** Adds weights P to the product, and sends its rows to the tokens they belong to. */
    static final int READ_OUT = 2048;
    /** Operands are the sum of two terms of 16 bits; else they are rounded to one. */
    static final int SPLIT = 4096;

    /** Depth of the tiles in local memory. */
    private static final int STEP = 32;

    private static final int RIGHT_PAIRS = STEP * COLUMNS / 2;

    private TileProductKernel() {}

    /** Work-items per work-group: four warps for each 16 rows, each with 32 columns. */
    static int lanes(int C) {
        return 8 * C;
    }

    /**
     * One tile of a product for each chunk and head, operands rounded to bfloat16, sums in float32.
     *
     * <pre>
     *   product = left right                                    solve: U = A u, W = A (e ⊙ into)
     *   product_ij = gain_i (left right)_ij Π_{j &lt; m ≤ i} exp g_m    scores ({@link #SCORES}), for i ≥ j, else 0
     *   o = scale (left right + weights product)                read-out ({@link #READ_OUT}): weights = M, product = P
     * </pre>
     *
     * <p>Flags say how the rows of left and right are formed (the constants of this class). gain [micro-steps, HV], into [chunks, HV,
     * C] or unread, weights [chunks, HV, C, C] (on and below the diagonal) or unread, g [tokens, HV] or unread; product [chunks, HV, C, N]
     * (written; for the read-out P in, then overwritten), o [tokens, HV, N] (written by the read-out). Rows past the chunk's end
     * are zero. With {@link #SPLIT} an operand x is hi + lo, both bfloat16, and of the product of two lo lo is left out.
     *
     * <p>Accumulators cannot be looked into, only stored to device arrays, so what is left to do with a product is done after its tile
     * was stored, by the same work-group.
     *
     * <p>Parallel over: chunk × value head, or key head, × tiles of {@link #COLUMNS} columns; four warps for each 16 rows. Accumulates:
     * float, in the order of depth, 16 at a time in the hardware's own order. Requires: C in {16, 32, 64}; D and N multiples of 16;
     * work-groups of {@link #lanes}; bfloat16 matrix products (CUDA backend, compute capability 8.0). Source:
     * docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void tileProducts(
            KernelContext context,
            IntArray table,
            FloatArray left,
            FloatArray right,
            FloatArray gain,
            FloatArray into,
            FloatArray weights,
            FloatArray g,
            FloatArray product,
            FloatArray o,
            int D,
            int N,
            int C,
            int n,
            int H,
            int HV,
            int flags,
            float scale,
            int signature) {
        int terms = 1 + (flags & SPLIT) / SPLIT;
        int lanes = 8 * C;
        int leftPairs = C * STEP / 2;
        int[] leftTile = context.allocateIntLocalArray(terms * leftPairs);
        int[] rightTile = context.allocateIntLocalArray(terms * RIGHT_PAIRS);
        float[] decays = context.allocateFloatLocalArray(C);
        int leftEach = leftPairs / lanes;
        int rightEach = RIGHT_PAIRS / lanes;
        float[] lefts = new float[2 * leftEach];
        float[] rights = new float[2 * rightEach];

        int lane = context.localIdx;
        int band = lane / 32 % (C / 16);
        int panel = lane / 32 / (C / 16);
        int tiles = (N + COLUMNS - 1) / COLUMNS;
        int heads = (flags & PER_KEY_HEAD) != 0 ? H : HV;
        int members = HV / heads;
        int corner = context.groupIdx % tiles * COLUMNS;
        int head = context.groupIdx / tiles % heads * members;
        int chunk = context.groupIdx / tiles / heads;
        int keyHead = head / (HV / H);
        int block = chunk * HV + head;
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        int leftHeads = (flags & LEFT_PER_VALUE_HEAD) != 0 ? HV : H;
        int leftHead = (flags & LEFT_PER_VALUE_HEAD) != 0 ? head : keyHead;
        int rightHeads = (flags & RIGHT_PER_VALUE_HEAD) != 0 ? HV : H;
        int rightHead = (flags & RIGHT_PER_VALUE_HEAD) != 0 ? head : keyHead;
        int padded = (D + STEP - 1) / STEP * STEP;
        int depth = padded + ((flags & READ_OUT) != 0 ? C : 0);

        float[] sums0 = context.mmaFragment(0f);
        float[] sums1 = context.mmaFragment(0f);
        float[] sums2 = context.mmaFragment(0f);
        float[] sums3 = context.mmaFragment(0f);
        for (int from = 0; from < depth; from += STEP) {
            for (int i = 0; i < leftEach; i++) {
                int pair = lane + i * lanes;
                int row = pair / 256 * 16 + pair % 128 / 8;
                int d = from + pair / 128 % 2 * 16 + pair % 8 * 2;
                int m = first + row;
                float low = 0f;
                float high = 0f;
                if (row < length) {
                    if (from >= padded) {
                        int at = (block * C + row) * C + d - padded;
                        if (d - padded <= row) {
                            low = weights.get(at);
                        }
                        if (d - padded < row) {
                            high = weights.get(at + 1);
                        }
                    }
                    if (from < padded && d < D) {
                        int there = block * C + row;
                        boolean any = true;
                        if ((flags & LEFT_ROWS) != 0) {
                            there = ((flags & LEFT_PER_TOKEN) != 0 ? m / n : m) * leftHeads + leftHead;
                            any = (flags & LEFT_PER_TOKEN) == 0 || m % n == n - 1;
                        }
                        if (any) {
                            low = left.get(there * D + d);
                            high = left.get(there * D + d + 1);
                        }
                        if ((flags & LEFT_DECAYED) != 0) {
                            float decay = into.get(block * C + row);
                            low *= decay;
                            high *= decay;
                        }
                    }
                }
                lefts[2 * i] = low * scale;
                lefts[2 * i + 1] = high * scale;
            }
            for (int i = 0; i < rightEach; i++) {
                int pair = lane + i * lanes;
                int d = from + pair / 1024 * 16 + pair % 64 / 4;
                int column = corner + pair / 64 % 16 * 8 + pair % 4 * 2;
                float low = 0f;
                float high = 0f;
                if (column < N && length > 0) {
                    if (from >= padded) {
                        if (d - padded < length) {
                            int at = (block * C + d - padded) * N + column;
                            low = product.get(at);
                            high = product.get(at + 1);
                        }
                    }
                    if (from < padded && d < D) {
                        if ((flags & SCORES) != 0) {
                            int at = ((first + column) * rightHeads + rightHead) * D + d;
                            if (column < length) {
                                low = right.get(at);
                            }
                            if (column + 1 < length) {
                                high = right.get(at + rightHeads * D);
                            }
                        } else {
                            int there = block * D + d;
                            float factor = 1f;
                            boolean any = true;
                            if ((flags & RIGHT_ROWS) != 0) {
                                there = (first + d) * rightHeads + rightHead;
                                any = d < length;
                                if (any) {
                                    factor = gain.get((first + d) * HV + head);
                                    if ((flags & RIGHT_DECAYED) != 0) {
                                        factor *= into.get(block * C + d);
                                    }
                                }
                            }
                            if (any) {
                                low = factor * right.get(there * N + column);
                                high = factor * right.get(there * N + column + 1);
                            }
                        }
                    }
                }
                rights[2 * i] = low;
                rights[2 * i + 1] = high;
            }
            context.localBarrier();
            for (int i = 0; i < leftEach; i++) {
                int pair = lane + i * lanes;
                leftTile[pair] = packed(lefts[2 * i], lefts[2 * i + 1]);
                if ((flags & SPLIT) != 0) {
                    leftTile[leftPairs + pair] = packed(rest(lefts[2 * i]), rest(lefts[2 * i + 1]));
                }
            }
            for (int i = 0; i < rightEach; i++) {
                int pair = lane + i * lanes;
                rightTile[pair] = packed(rights[2 * i], rights[2 * i + 1]);
                if ((flags & SPLIT) != 0) {
                    rightTile[RIGHT_PAIRS + pair] = packed(rest(rights[2 * i]), rest(rights[2 * i + 1]));
                }
            }
            context.localBarrier();
            for (int half = 0; half < 2; half++) {
                int leftAt = (band * 2 + half) * 512;
                int rightAt = (half * 16 + panel * 4) * 256;
                HalfFloat[] a = context.mmaLoadA(leftTile, 16, leftAt);
                HalfFloat[] b0 = context.mmaLoadB(rightTile, 16, rightAt);
                HalfFloat[] b1 = context.mmaLoadB(rightTile, 16, rightAt + 256);
                HalfFloat[] b2 = context.mmaLoadB(rightTile, 16, rightAt + 512);
                HalfFloat[] b3 = context.mmaLoadB(rightTile, 16, rightAt + 768);
                if ((flags & SPLIT) != 0) {
                    HalfFloat[] rest = context.mmaLoadA(leftTile, 16, 4 * leftPairs + leftAt);
                    HalfFloat[] rest0 = context.mmaLoadB(rightTile, 16, 4 * RIGHT_PAIRS + rightAt);
                    HalfFloat[] rest1 = context.mmaLoadB(rightTile, 16, 4 * RIGHT_PAIRS + rightAt + 256);
                    HalfFloat[] rest2 = context.mmaLoadB(rightTile, 16, 4 * RIGHT_PAIRS + rightAt + 512);
                    HalfFloat[] rest3 = context.mmaLoadB(rightTile, 16, 4 * RIGHT_PAIRS + rightAt + 768);
                    sums0 = context.mmaBF16(rest, b0, sums0, MMAShape.M16N8K16);
                    sums1 = context.mmaBF16(rest, b1, sums1, MMAShape.M16N8K16);
                    sums2 = context.mmaBF16(rest, b2, sums2, MMAShape.M16N8K16);
                    sums3 = context.mmaBF16(rest, b3, sums3, MMAShape.M16N8K16);
                    sums0 = context.mmaBF16(a, rest0, sums0, MMAShape.M16N8K16);
                    sums1 = context.mmaBF16(a, rest1, sums1, MMAShape.M16N8K16);
                    sums2 = context.mmaBF16(a, rest2, sums2, MMAShape.M16N8K16);
                    sums3 = context.mmaBF16(a, rest3, sums3, MMAShape.M16N8K16);
                }
                sums0 = context.mmaBF16(a, b0, sums0, MMAShape.M16N8K16);
                sums1 = context.mmaBF16(a, b1, sums1, MMAShape.M16N8K16);
                sums2 = context.mmaBF16(a, b2, sums2, MMAShape.M16N8K16);
                sums3 = context.mmaBF16(a, b3, sums3, MMAShape.M16N8K16);
            }
        }
        context.globalBarrier();
        // Whole chunks of single micro-steps are rows of o as they lie; others are sent on row by row.
        boolean sent = (flags & READ_OUT) != 0 && n == 1 && length == C;
        int last = (block + members - 1) * C;
        int column = corner + panel * 32;
        if (sent) {
            int row = first + band * 16;
            if (column < N) {
                context.mmaStore(sums0, o, row, head * N + column, HV * N);
            }
            if (column + 8 < N) {
                context.mmaStore(sums1, o, row, head * N + column + 8, HV * N);
            }
            if (column + 16 < N) {
                context.mmaStore(sums2, o, row, head * N + column + 16, HV * N);
            }
            if (column + 24 < N) {
                context.mmaStore(sums3, o, row, head * N + column + 24, HV * N);
            }
        } else {
            if (column < N) {
                context.mmaStore(sums0, product, last + band * 16, column, N);
            }
            if (column + 8 < N) {
                context.mmaStore(sums1, product, last + band * 16, column + 8, N);
            }
            if (column + 16 < N) {
                context.mmaStore(sums2, product, last + band * 16, column + 16, N);
            }
            if (column + 24 < N) {
                context.mmaStore(sums3, product, last + band * 16, column + 24, N);
            }
        }
        context.globalBarrier();
        if ((flags & READ_OUT) != 0) {
            for (int at = lane; at < C * COLUMNS; at += lanes) {
                int row = at / COLUMNS;
                int c = corner + at % COLUMNS;
                int m = first + row;
                if (!sent && row < length && c < N && m % n == n - 1) {
                    o.set((m / n * HV + head) * N + c, product.get((block * C + row) * N + c));
                }
            }
        }
        if ((flags & SCORES) != 0) {
            int j = lane % C;
            int begin = lane / C * (C / 8);
            for (int member = 0; member < members; member++) {
                context.localBarrier();
                if (lane < C) {
                    float decay = 1f;
                    if ((flags & GATED) != 0 && lane < length && (first + lane) % n == 0) {
                        decay = TornadoMath.exp(g.get((first + lane) / n * HV + head + member));
                    }
                    decays[lane] = decay;
                }
                context.localBarrier();
                float fade = 1f;
                for (int m = j + 1; m < begin; m++) {
                    fade *= decays[m];
                }
                for (int i = begin; i < begin + C / 8; i++) {
                    float value = 0f;
                    if (i > j) {
                        fade *= decays[i];
                    }
                    if (i >= j && i < length) {
                        value = product.get((last + i) * C + j) * fade;
                        if ((flags & GAIN) != 0) {
                            value *= gain.get((first + i) * HV + head + member);
                        }
                    }
                    product.set(((block + member) * C + i) * C + j, value);
                }
            }
        }
    }

    /** Two numbers rounded to 16 bits, the first in the lower half. */
    private static int packed(float low, float high) {
        return (BFloat16.bf16FromFloat(low) & 0xFFFF) | (BFloat16.bf16FromFloat(high) << 16);
    }

    /** What rounding to 16 bits leaves of a number. */
    private static float rest(float x) {
        return x - BFloat16.bf16ToFloat(BFloat16.bf16FromFloat(x));
    }
}
