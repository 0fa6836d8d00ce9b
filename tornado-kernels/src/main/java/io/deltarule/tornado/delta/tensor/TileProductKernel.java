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
    private static final int STEP = 16;

    /** Where the next tile of 16 rows begins, in ints. */
    private static final int LEFT_TILE = STEP * 16 / 2;
    /** The same of 8 columns, a few more than there are, so that lanes that stage several tiles meet different banks. */
    private static final int RIGHT_TILE = STEP * 8 / 2 + 8;

    private static final int RIGHT_SIZE = COLUMNS / 8 * RIGHT_TILE;
    /** Of a chunk's rows, whose decays are multiplied beforehand. */
    private static final int PARTS = 8;

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
        int rightEach = STEP * COLUMNS / 2 / lanes;
        int leftSize = C / 16 * LEFT_TILE;
        int[] leftTiles = context.allocateIntLocalArray(terms * leftSize);
        int[] rightTiles = context.allocateIntLocalArray(terms * RIGHT_SIZE);
        float[] decays = context.allocateFloatLocalArray(HV / H * C);
        float[] parts = context.allocateFloatLocalArray(HV / H * PARTS);
        float[] factors = context.allocateFloatLocalArray(HV / H * C);
        float[] lefts = new float[2];
        float[] rights = new float[2 * rightEach];
        int each = C / PARTS;
        float[] scores = new float[each];

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
        int depth = D + ((flags & READ_OUT) != 0 ? C : 0);
        int near = Math.min(lane / 8, length - 1);
        boolean leftRow = lane / 8 < length;
        if ((flags & LEFT_PER_TOKEN) != 0) {
            leftRow = leftRow && (first + near) % n == n - 1;
        }

        if ((flags & SCORES) != 0) {
            for (int at = lane; at < members * C; at += lanes) {
                int m = first + at % C;
                int member = head + at / C;
                float decay = 1f;
                float factor = 1f;
                if (at % C < length) {
                    if ((flags & GATED) != 0 && m % n == 0) {
                        decay = TornadoMath.exp(g.get(m / n * HV + member));
                    }
                    if ((flags & GAIN) != 0) {
                        factor = gain.get(m * HV + member);
                    }
                }
                decays[at] = decay;
                factors[at] = factor;
            }
            context.localBarrier();
            if (lane < members * PARTS) {
                float whole = 1f;
                for (int m = lane * each; m < lane * each + each; m++) {
                    whole *= decays[m];
                }
                parts[lane] = whole;
            }
        }
        if ((flags & (RIGHT_ROWS | LEFT_DECAYED)) != 0) {
            if (lane < C) {
                int row = Math.min(lane, length - 1);
                float factor = scale;
                if ((flags & RIGHT_ROWS) != 0) {
                    factor = gain.get((first + row) * HV + head);
                }
                if ((flags & (RIGHT_DECAYED | LEFT_DECAYED)) != 0) {
                    factor *= into.get(block * C + row);
                }
                factors[lane] = factor;
            }
            context.localBarrier();
        }
        float leftFactor = (flags & LEFT_DECAYED) != 0 ? factors[lane / 8] : scale;
        float[] sums0 = context.mmaFragment(0f);
        float[] sums1 = context.mmaFragment(0f);
        float[] sums2 = context.mmaFragment(0f);
        float[] sums3 = context.mmaFragment(0f);
        for (int from = 0; from < depth; from += STEP) {
            // Loads have no conditions, so that all are under way at once: what is not there is read somewhere near.
            if (from < D) {
                int there = block * C + near;
                if ((flags & LEFT_ROWS) != 0) {
                    there = ((flags & LEFT_PER_TOKEN) != 0 ? (first + near) / n : first + near) * leftHeads + leftHead;
                }
                int at = there * D + from + lane % 8 * 2;
                float low = left.get(at) * leftFactor;
                float high = left.get(at + 1) * leftFactor;
                lefts[0] = leftRow ? low : 0f;
                lefts[1] = leftRow ? high : 0f;
                for (int i = 0; i < rightEach; i++) {
                    int pair = lane + i * lanes;
                    if ((flags & SCORES) != 0) {
                        int d = from + pair % 16;
                        int column = pair / 64 * 8 + pair / 16 % 4 * 2;
                        int row = (first + Math.min(column, length - 1)) * rightHeads + rightHead;
                        int nextRow = (first + Math.min(column + 1, length - 1)) * rightHeads + rightHead;
                        low = right.get(row * D + d);
                        high = right.get(nextRow * D + d);
                        rights[2 * i] = column < length ? low : 0f;
                        rights[2 * i + 1] = column + 1 < length ? high : 0f;
                    } else {
                        int d = from + pair / 16 % STEP;
                        int column = corner + pair / 16 / STEP * 32 + pair % 16 * 2;
                        boolean any = column < N;
                        there = block * D + d;
                        float factor = 1f;
                        if ((flags & RIGHT_ROWS) != 0) {
                            any = any && d < length;
                            there = (first + Math.min(d, length - 1)) * rightHeads + rightHead;
                            factor = factors[d];
                        }
                        at = there * N + (N % COLUMNS == 0 ? column : Math.min(column, N - 2));
                        low = right.get(at) * factor;
                        high = right.get(at + 1) * factor;
                        rights[2 * i] = any ? low : 0f;
                        rights[2 * i + 1] = any ? high : 0f;
                    }
                }
            } else {
                int j = from - D + lane % 8 * 2;
                int at = (block * C + lane / 8) * C + j;
                float low = weights.get(at) * scale;
                float high = weights.get(at + 1) * scale;
                lefts[0] = j <= lane / 8 ? low : 0f;
                lefts[1] = j < lane / 8 ? high : 0f;
                for (int i = 0; i < rightEach; i++) {
                    int pair = lane + i * lanes;
                    int row = from - D + pair / 16 % STEP;
                    int column = corner + pair / 16 / STEP * 32 + pair % 16 * 2;
                    at = (block * C + row) * N + (N % COLUMNS == 0 ? column : Math.min(column, N - 2));
                    low = product.get(at);
                    high = product.get(at + 1);
                    rights[2 * i] = row < length && column < N ? low : 0f;
                    rights[2 * i + 1] = row < length && column < N ? high : 0f;
                }
            }
            context.localBarrier();
            int to = lane / 128 * LEFT_TILE + lane % 128;
            leftTiles[to] = packed(lefts[0], lefts[1]);
            if ((flags & SPLIT) != 0) {
                leftTiles[leftSize + to] = packed(rest(lefts[0]), rest(lefts[1]));
            }
            for (int i = 0; i < rightEach; i++) {
                int pair = lane + i * lanes;
                if ((flags & SCORES) != 0) {
                    to = pair / 64 * RIGHT_TILE + pair % 16 * 4 + pair / 16 % 4;
                } else {
                    to = (pair / 16 / STEP * 4 + pair / 4 % 4) * RIGHT_TILE + pair / 16 % STEP * 4 + pair % 4;
                }
                rightTiles[to] = packed(rights[2 * i], rights[2 * i + 1]);
                if ((flags & SPLIT) != 0) {
                    rightTiles[RIGHT_SIZE + to] = packed(rest(rights[2 * i]), rest(rights[2 * i + 1]));
                }
            }
            context.localBarrier();
            int rightAt = panel * 4 * RIGHT_TILE * 4;
            HalfFloat[] a = context.mmaLoadA(leftTiles, STEP, band * LEFT_TILE * 4);
            HalfFloat[] b0 = context.mmaLoadB(rightTiles, STEP, rightAt);
            HalfFloat[] b1 = context.mmaLoadB(rightTiles, STEP, rightAt + RIGHT_TILE * 4);
            HalfFloat[] b2 = context.mmaLoadB(rightTiles, STEP, rightAt + RIGHT_TILE * 8);
            HalfFloat[] b3 = context.mmaLoadB(rightTiles, STEP, rightAt + RIGHT_TILE * 12);
            if ((flags & SPLIT) != 0) {
                int restAt = rightAt + RIGHT_SIZE * 4;
                HalfFloat[] rest = context.mmaLoadA(leftTiles, STEP, (leftSize + band * LEFT_TILE) * 4);
                HalfFloat[] rest0 = context.mmaLoadB(rightTiles, STEP, restAt);
                HalfFloat[] rest1 = context.mmaLoadB(rightTiles, STEP, restAt + RIGHT_TILE * 4);
                HalfFloat[] rest2 = context.mmaLoadB(rightTiles, STEP, restAt + RIGHT_TILE * 8);
                HalfFloat[] rest3 = context.mmaLoadB(rightTiles, STEP, restAt + RIGHT_TILE * 12);
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
            int part = lane / C;
            for (int i = 0; i < each; i++) {
                scores[i] = product.get((last + part * each + i) * C + j);
            }
            for (int member = 0; member < members; member++) {
                float fade = 1f;
                int end = Math.min(part, j / each + 1) * each;
                for (int m = j + 1; m < end; m++) {
                    fade *= decays[member * C + m];
                }
                for (int between = j / each + 1; between < part; between++) {
                    fade *= parts[member * PARTS + between];
                }
                for (int i = 0; i < each; i++) {
                    int row = part * each + i;
                    fade *= row > j ? decays[member * C + row] : 1f;
                    float value = row >= j ? scores[i] * fade * factors[member * C + row] : 0f;
                    product.set(((block + member) * C + row) * C + j, value);
                }
            }
        }
    }

    /**
     * Two numbers rounded to 16 bits, the first in the lower half. By way of a long: TornadoVM 5.2.0 takes what the conversion gives for a
     * short in what follows, and of a short shifted by 16 nothing is left.
     */
    private static int packed(float low, float high) {
        long upper = BFloat16.bf16FromFloat(high);
        long lower = BFloat16.bf16FromFloat(low);
        return (int) ((upper << 16) | (lower & 0xFFFF));
    }

    /** What rounding to 16 bits leaves of a number. */
    private static float rest(float x) {
        return x - BFloat16.bf16ToFloat(BFloat16.bf16FromFloat(x));
    }
}
