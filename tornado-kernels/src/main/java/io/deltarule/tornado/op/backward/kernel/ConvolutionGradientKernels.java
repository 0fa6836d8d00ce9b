package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.SequenceLookup;
import io.deltarule.tornado.op.ConvolutionKernels;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Short convolutions backward, h_t being the gradient of what the activation is applied to.
 *
 * <p>x and h [tokens, width], W [width, taps], or [tokens, width, taps] where each token has its own; tails [N, taps − 1, width]
 * hold the inputs before a run, oldest first, and their gradients.
 */
public final class ConvolutionGradientKernels {
    /** Work-items per work-group. */
    public static final int LANES = 128;
    /** Taps per work-group of {@link #tapGradients}. */
    public static final int COLUMNS = 32;

    private static final int PARTS = LANES / COLUMNS;

    private ConvolutionGradientKernels() {}

    /** A channel of the input so many tokens after its sequence's first of the run; those before it are in the tail. */
    private static float input(
            FloatArray x, FloatArray tail, int begin, int sequence, int since, int d, int width, int taps) {
        float value = 0f;
        if (since >= 0) {
            value = x.get((begin + since) * width + d);
        } else {
            value = tail.get((sequence * (taps - 1) + since + taps - 1) * width + d);
        }
        return value;
    }

    /**
     * h_t = act'(s_t) ⊙ ȳ_t, s_td = b_d + Σ_i W_di x_{t−taps+1+i, d}.
     *
     * <p>bias b [width] or unread, ȳ [tokens, width], h likewise (written).
     *
     * <p>Parallel over: token × channel. Accumulates: float. Source: core.layer.SequenceOp. Oracle: core.reference.backward.
     */
    public static void sumGradients(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray weight,
            FloatArray bias,
            FloatArray tail,
            FloatArray dy,
            FloatArray h,
            int width,
            int taps,
            int kind,
            int activation,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            int token = at / width;
            int d = at % width;
            int sequence = SequenceLookup.of(table, token);
            int begin = table.get(RunTable.SEQUENCES + 2 * sequence);
            int first = d * taps;
            if ((kind & ConvolutionKernels.PER_TOKEN) != 0) {
                first = at * taps;
            }
            float sum = 0f;
            if ((kind & ConvolutionKernels.BIASED) != 0) {
                sum = bias.get(d);
            }
            for (int i = 0; i < taps; i++) {
                int since = token - begin - (taps - 1) + i;
                sum += weight.get(first + i) * input(x, tail, begin, sequence, since, d, width, taps);
            }
            h.set(at, Slopes.of(activation, sum) * dy.get(at));
        }
    }

    /**
     * x̄_t = Σ_i W_i ⊙ h_{t+taps−1−i} over the tokens that there are, and what a later run leaves for the last inputs.
     *
     * <p>dTail: gradient of the tail after the run; x̄ [tokens, width] (written, or modified where {@code add}).
     *
     * <p>Parallel over: token × channel. Accumulates: float. Source: core.layer.SequenceOp. Oracle: core.reference.backward.
     */
    public static void inputGradients(
            KernelContext context,
            IntArray table,
            FloatArray h,
            FloatArray weight,
            FloatArray dTail,
            FloatArray dx,
            int width,
            int taps,
            int kind,
            int add,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            int token = at / width;
            int d = at % width;
            int sequence = SequenceLookup.of(table, token);
            int end = table.get(RunTable.SEQUENCES + 2 * sequence + 2);
            int row = token - end + taps - 1;
            float sum = 0f;
            if (row >= 0) {
                sum = dTail.get((sequence * (taps - 1) + row) * width + d);
            }
            for (int i = 0; i < taps; i++) {
                int reader = token + taps - 1 - i;
                if (reader < end) {
                    int first = d * taps;
                    if ((kind & ConvolutionKernels.PER_TOKEN) != 0) {
                        first = (reader * width + d) * taps;
                    }
                    sum += weight.get(first + i) * h.get(reader * width + d);
                }
            }
            if (add != 0) {
                sum += dx.get(at);
            }
            dx.set(at, sum);
        }
    }

    /**
     * W̄_di ← W̄_di + Σ_t h_td x_{t−taps+1+i, d}.
     *
     * <p>W̄ [width, taps] (modified).
     *
     * <p>Parallel over: blocks of {@link #COLUMNS} taps, lanes over tokens. Accumulates: float, each lane every {@code LANES /
     * COLUMNS}-th token, then the lanes in order. Requires: work-groups of {@link #LANES}. Source: core.layer.SequenceOp. Oracle:
     * core.reference.backward.
     */
    public static void tapGradients(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray tail,
            FloatArray h,
            FloatArray dWeight,
            int width,
            int taps,
            int signature) {
        float[] parts = context.allocateFloatLocalArray(LANES);
        int lane = context.localIdx;
        int part = lane / COLUMNS;
        int column = context.groupIdx * COLUMNS + lane % COLUMNS;
        int d = column / taps;
        int tokens = table.get(RunTable.TOKENS);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        float sum = 0f;
        if (column < width * taps) {
            for (int t = part; t < tokens; t += PARTS) {
                int sequence = SequenceLookup.of(table, t);
                int begin = table.get(RunTable.SEQUENCES + 2 * sequence);
                int since = t - begin - (taps - 1) + column % taps;
                sum += h.get(t * width + d) * input(x, tail, begin, sequence, since, d, width, taps);
            }
        }
        parts[lane] = sum;
        context.localBarrier();
        if (part == 0 && column < width * taps) {
            sum = dWeight.get(column);
            for (int i = 0; i < PARTS; i++) {
                sum += parts[i * COLUMNS + lane];
            }
            dWeight.set(column, sum);
        }
    }

    /**
     * κ̄_tdi = h_td x_{t−taps+1+i, d}, of taps that are each token's own.
     *
     * <p>κ̄ [tokens, width, taps] (written, or modified where {@code add}).
     *
     * <p>Parallel over: token × channel × tap. Source: core.layer.SequenceOp. Oracle: core.reference.backward.
     */
    public static void ownTapGradients(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray tail,
            FloatArray h,
            FloatArray dKernels,
            int width,
            int taps,
            int add,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width * taps) {
            int token = at / (width * taps);
            int d = at / taps % width;
            int sequence = SequenceLookup.of(table, token);
            int begin = table.get(RunTable.SEQUENCES + 2 * sequence);
            int since = token - begin - (taps - 1) + at % taps;
            float result = h.get(token * width + d) * input(x, tail, begin, sequence, since, d, width, taps);
            if (add != 0) {
                result += dKernels.get(at);
            }
            dKernels.set(at, result);
        }
    }

    /**
     * Gradient of the inputs before the run, from that of those after it: row j gets W_i h_t of the tokens with t + i = j, and what
     * the row had that it became where the run was too short to push it out.
     *
     * <p>dTail [N, taps − 1, width] (modified).
     *
     * <p>Parallel over: sequence × channel; each goes down the rows, reading what it has not yet written. Source:
     * core.layer.SequenceOp. Oracle: core.reference.backward.
     */
    public static void tailGradients(
            KernelContext context,
            IntArray table,
            FloatArray h,
            FloatArray weight,
            FloatArray dTail,
            int width,
            int taps,
            int kind,
            int sequences,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < sequences * width) {
            int sequence = at / width;
            int d = at % width;
            int begin = table.get(RunTable.SEQUENCES + 2 * sequence);
            int length = table.get(RunTable.SEQUENCES + 2 * sequence + 2) - begin;
            int rows = sequence * (taps - 1);
            for (int back = 0; back < taps - 1; back++) {
                int j = taps - 2 - back;
                float sum = 0f;
                if (j >= length) {
                    sum = dTail.get((rows + j - length) * width + d);
                }
                for (int i = 0; i <= j; i++) {
                    int t = j - i;
                    if (t < length) {
                        int first = d * taps;
                        if ((kind & ConvolutionKernels.PER_TOKEN) != 0) {
                            first = ((begin + t) * width + d) * taps;
                        }
                        sum += weight.get(first + i) * h.get((begin + t) * width + d);
                    }
                }
                dTail.set((rows + j) * width + d, sum);
            }
        }
    }
}
