package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.SequenceLookup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The causal short convolutions along time, with learned taps or each token's own, and the inputs they remember. */
public final class ConvolutionKernels {
    /** Work-items per work-group. */
    public static final int LANES = 128;

    /** Something is added before the activation. */
    public static final int BIASED = 1;
    /** Each token has taps of its own. */
    public static final int PER_TOKEN = 2;

    private ConvolutionKernels() {}

    /**
     * All tokens at once; before a sequence's first token of the run come the inputs kept from earlier runs.
     *
     * <pre>  y_td = act( b_d + Σ_{i&lt;taps} W_di x_{t−taps+1+i, d} ) </pre>
     *
     * <p>x, y [tokens, width], weight W [width, taps], or [tokens, width, taps] where each token has its own, bias b [width] or unread, tail [N, taps − 1, width], oldest first; y
     * is written.
     *
     * <p>Parallel over: token × channel. Accumulates: float. Source: core.layer.LayerOp. Oracle: core.reference.
     */
    static void convolve(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray weight,
            FloatArray bias,
            FloatArray tail,
            FloatArray y,
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
            if ((kind & PER_TOKEN) != 0) {
                first = at * taps;
            }
            float sum = 0f;
            if ((kind & BIASED) != 0) {
                sum = bias.get(d);
            }
            for (int i = 0; i < taps; i++) {
                int since = token - begin - (taps - 1) + i;
                float value = 0f;
                if (since >= 0) {
                    value = x.get((begin + since) * width + d);
                } else {
                    value = tail.get((sequence * (taps - 1) + since + taps - 1) * width + d);
                }
                sum += weight.get(first + i) * value;
            }
            y.set(at, Activations.apply(activation, sum));
        }
    }

    /**
     * Keeps each sequence's last inputs for the next run.
     *
     * <p>x [tokens, width], tail [N, taps − 1, width] (modified).
     *
     * <p>Parallel over: sequence × channel; each goes up the rows, reading ahead of what it writes. Oracle: core.reference.
     */
    static void keepTail(
            KernelContext context,
            IntArray table,
            FloatArray x,
            FloatArray tail,
            int width,
            int taps,
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
            for (int i = 0; i < taps - 1; i++) {
                int since = length - (taps - 1) + i;
                float value = 0f;
                if (since >= 0) {
                    value = x.get((begin + since) * width + d);
                } else {
                    value = tail.get((rows + since + taps - 1) * width + d);
                }
                tail.set((rows + i) * width + d, value);
            }
        }
    }
}
