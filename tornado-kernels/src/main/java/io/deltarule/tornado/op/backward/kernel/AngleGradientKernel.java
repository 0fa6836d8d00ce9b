package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The gradient of angles that add up along time. */
public final class AngleGradientKernel {
    /** Work-items per work-group. */
    public static final int LANES = 64;

    private AngleGradientKernel() {}

    /**
     * With (a, b) a pair of channels after its turn by α = τ Φ.
     *
     * <pre>  ᾱ = a b̄ − b ā        Φ̄_t = Φ̄_{t+1} + τ ᾱ_t        φ̄_t = Φ̄_t </pre>
     *
     * <p>y and ȳ [tokens, heads, head], pairs half of what turns of a head; τ [width] or unread where {@code rated} is 0; φ̄ [tokens,
     * width] (written, or modified where {@code add}); carried [N, 2, width] (modified): Φ̄ after the run, then before it, in its
     * first row.
     *
     * <p>Parallel over: sequence × pair. Accumulates: float, tokens from the last on. Source: core.layer.PositionOp. Oracle:
     * core.reference.backward.
     */
    public static void angleGradients(
            KernelContext context,
            IntArray table,
            FloatArray y,
            FloatArray dy,
            FloatArray rates,
            FloatArray carried,
            FloatArray dPhi,
            int heads,
            int head,
            int pairs,
            int rated,
            int add,
            int sequences,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        int width = heads * pairs;
        if (at < sequences * width) {
            int sequence = at / width;
            int pair = at % width;
            float rate = 1f;
            if (rated != 0) {
                rate = rates.get(pair);
            }
            int begin = table.get(RunTable.SEQUENCES + 2 * sequence);
            int length = table.get(RunTable.SEQUENCES + 2 * sequence + 2) - begin;
            float later = carried.get(sequence * 2 * width + pair);
            for (int back = 1; back <= length; back++) {
                int token = begin + length - back;
                int a = (token * heads + pair / pairs) * head + pair % pairs;
                int b = a + pairs;
                later += rate * (y.get(a) * dy.get(b) - y.get(b) * dy.get(a));
                float result = later;
                if (add != 0) {
                    result += dPhi.get(token * width + pair);
                }
                dPhi.set(token * width + pair, result);
            }
            carried.set(sequence * 2 * width + pair, later);
        }
    }
}
