package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Projections y = W x + b: one kernel for many tokens, one for few; a run launches both and one finds nothing to do. */
public final class LinearKernels {
    /** Up to so many tokens, reading W is what takes time. */
    static final int FEW = 16;

    /** Work-items per work-group for many tokens: 16 × 16, each with a 4 × 4 grid of sums in registers. */
    public static final int TILE_LANES = 256;
    /** Tokens, and outputs, per work-group. */
    public static final int TILE = 64;

    /** Work-items per work-group for few tokens. */
    static final int ROW_LANES = 128;
    /** Outputs per work-group, 32 lanes for each. */
    static final int ROWS = 4;

    private static final int DEPTH = 32;
    private static final int STRIDE = DEPTH + 1;
    private static final int SIDE = 16;
    private static final int EACH = TILE / SIDE;
    private static final int LANES_PER_ROW = ROW_LANES / ROWS;
    private static final int AT_ONCE = 4;

    private LinearKernels() {}

    /** Whether the kernel for many tokens works. */
    public static boolean many(int tokens) {
        return tokens > FEW;
    }

    /**
     * Many tokens: tiles of x and W meet in local memory.
     *
     * <p>x [tokens, in], W [out, in] as {@link DeviceMatrix} has it, bias b [out] or unread, y [tokens, out] (written where there are more than
     * {@link #FEW} tokens).
     *
     * <p>Parallel over: tiles of 64 tokens × 64 outputs. Accumulates: float. Requires: work-groups of {@link
     * #TILE_LANES}. Source: core.layer.LayerOp. Oracle: core.reference.LayerEquations.
     */
    public static void multiplyTiles(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray weight,
            IntArray packed,
            FloatArray bias,
            FloatArray y,
            int in,
            int out,
            int bits,
            int biased,
            int signature) {
        float[] rows = context.allocateFloatLocalArray(TILE * STRIDE);
        float[] columns = context.allocateFloatLocalArray(TILE * STRIDE);
        float[] sums = new float[EACH * EACH];
        float[] right = new float[EACH];
        int lane = context.localIdx;
        int column = lane % SIDE;
        int row = lane / SIDE;
        int tiles = (out + TILE - 1) / TILE;
        int output = context.groupIdx % tiles * TILE;
        int token = context.groupIdx / tiles * TILE;
        int tokens = table.get(RunTable.TOKENS);
        int depth = tokens > FEW ? in : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int i = 0; i < EACH * EACH; i++) {
            sums[i] = 0f;
        }
        for (int from = 0; from < depth; from += DEPTH) {
            for (int at = lane; at < TILE * DEPTH; at += TILE_LANES) {
                int r = at / DEPTH;
                int d = from + at % DEPTH;
                float left = 0f;
                float w = 0f;
                if (d < in && token + r < tokens) {
                    left = x.get((token + r) * in + d);
                }
                if (d < in && output + r < out) {
                    w = DeviceMatrix.read(weight, packed, bits, (output + r) * in + d);
                }
                rows[r * STRIDE + at % DEPTH] = left;
                columns[r * STRIDE + at % DEPTH] = w;
            }
            context.localBarrier();
            for (int d = 0; d < DEPTH; d++) {
                for (int j = 0; j < EACH; j++) {
                    right[j] = columns[(column + SIDE * j) * STRIDE + d];
                }
                for (int i = 0; i < EACH; i++) {
                    float left = rows[(row + SIDE * i) * STRIDE + d];
                    for (int j = 0; j < EACH; j++) {
                        sums[i * EACH + j] += left * right[j];
                    }
                }
            }
            context.localBarrier();
        }
        for (int i = 0; i < EACH; i++) {
            for (int j = 0; j < EACH; j++) {
                int t = token + row + SIDE * i;
                int c = output + column + SIDE * j;
                if (depth > 0 && t < tokens && c < out) {
                    float sum = sums[i * EACH + j];
                    if (biased != 0) {
                        sum += bias.get(c);
                    }
                    y.set(t * out + c, sum);
                }
            }
        }
    }

    /**
     * Few tokens: 32 lanes share a row of W, so that it is read once, in order, for four tokens.
     *
     * <p>x [tokens, in], W [out, in] as {@link DeviceMatrix} has it, bias b [out] or unread, y [tokens, out] (written where there are at most
     * {@link #FEW} tokens).
     *
     * <p>Parallel over: groups of {@link #ROWS} outputs. Accumulates: float. Requires: work-groups of {@link #ROW_LANES}.
     * Source: core.layer.LayerOp. Oracle: core.reference.LayerEquations.
     */
    static void multiplyRows(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray weight,
            IntArray packed,
            FloatArray bias,
            FloatArray y,
            int in,
            int out,
            int bits,
            int biased,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(AT_ONCE * ROW_LANES);
        float[] sums = new float[AT_ONCE];
        int lane = context.localIdx;
        int part = lane % LANES_PER_ROW;
        int output = context.groupIdx * ROWS + lane / LANES_PER_ROW;
        int tokens = table.get(RunTable.TOKENS);
        int few = tokens > FEW ? 0 : tokens;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int token = 0; token < few; token += AT_ONCE) {
            for (int i = 0; i < AT_ONCE; i++) {
                sums[i] = 0f;
            }
            if (output < out) {
                for (int d = part; d < in; d += LANES_PER_ROW) {
                    float w = DeviceMatrix.read(weight, packed, bits, output * in + d);
                    for (int i = 0; i < AT_ONCE; i++) {
                        if (token + i < few) {
                            sums[i] += w * x.get((token + i) * in + d);
                        }
                    }
                }
            }
            for (int i = 0; i < AT_ONCE; i++) {
                parts[i * ROW_LANES + lane] = sums[i];
            }
            context.localBarrier();
            if (lane < ROWS * AT_ONCE) {
                int c = context.groupIdx * ROWS + lane % ROWS;
                int t = token + lane / ROWS;
                float sum = 0f;
                for (int i = 0; i < LANES_PER_ROW; i++) {
                    sum += parts[lane / ROWS * ROW_LANES + lane % ROWS * LANES_PER_ROW + i];
                }
                if (t < few && c < out) {
                    if (biased != 0) {
                        sum += bias.get(c);
                    }
                    y.set(t * out + c, sum);
                }
            }
            context.localBarrier();
        }
    }
}
