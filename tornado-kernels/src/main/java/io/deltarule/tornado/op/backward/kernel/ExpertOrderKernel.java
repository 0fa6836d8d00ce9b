package io.deltarule.tornado.op.backward.kernel;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Which of all tokens' choices each expert is. */
public final class ExpertOrderKernel {
    /** Work-items per work-group. */
    public static final int LANES = 128;

    private ExpertOrderKernel() {}

    /**
     * A counting sort: order = the places p of all choices, by expert_p and then by p; begin_e = how many have a lower expert than e.
     *
     * <p>experts [tokens, k], order likewise (written), begins [count + 1] (written).
     *
     * <p>Parallel over: experts, lanes over pieces of the choices. Requires: work-groups of {@link #LANES}, one for each expert.
     * Oracle: core.reference.backward.
     */
    public static void orderChoices(
            KernelContext context,
            IntArray table,
            IntArray experts,
            IntArray order,
            IntArray begins,
            int k,
            int count,
            int signature) {
        int[] lower = context.allocateIntLocalArray(LANES);
        int[] same = context.allocateIntLocalArray(LANES);
        int lane = context.localIdx;
        int expert = context.groupIdx;
        int places = table.get(RunTable.TOKENS) * k;
        int each = (places + LANES - 1) / LANES;
        int from = lane * each;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        int less = 0;
        int equal = 0;
        for (int i = from; i < from + each; i++) {
            if (i < places) {
                int chosen = experts.get(i);
                if (chosen < expert) {
                    less++;
                }
                if (chosen == expert) {
                    equal++;
                }
            }
        }
        lower[lane] = less;
        same[lane] = equal;
        context.localBarrier();
        int begin = 0;
        int at = 0;
        for (int i = 0; i < LANES; i++) {
            begin += lower[i];
            if (i < lane) {
                at += same[i];
            }
        }
        at += begin;
        for (int i = from; i < from + each; i++) {
            if (i < places && experts.get(i) == expert) {
                order.set(at, i);
                at++;
            }
        }
        if (lane == 0) {
            begins.set(expert, begin);
            if (expert == count - 1) {
                begins.set(count, places);
            }
        }
    }
}
