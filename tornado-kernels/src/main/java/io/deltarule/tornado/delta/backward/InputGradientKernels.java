package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** From the gradients of the recurrence's e, u, k and q to those of a variant's tensors: the chain rule of its input map. */
final class InputGradientKernels {
    /** Work-items per work-group of {@link #keyGradients}. */
    static final int LANES = 128;
    /** Work-items per work-group of {@link #gainGradients}. */
    static final int ROW_LANES = 64;

    private InputGradientKernels() {}

    /**
     * Gradients of queries and keys; value heads that share them add up.
     *
     * <pre>
     *   dq_i = Σ_heads queries_i + N_ii k_i        dk_i = Σ_heads inner_i + outer_i (+ de_i ⊙ gain_i where the erase key is k)
     * </pre>
     *
     * With {@link KernelFlags#NOTHING_ERASED} eraseGain and erases are unread.
     *
     * <p>k [micro-steps, H, K], eraseGain [micro-steps, H or HV, 1 or K], overlaps = N [chunks, HV, C, C] (its diagonal), queries
     * [tokens, HV, K], erases = de, inner, outer [micro-steps, HV, K]; dq [tokens, H, K], dk [micro-steps, H, K] (written).
     *
     * <p>Parallel over: chunk × key head; lanes over rows × channels. Accumulates: float. Requires: HV a multiple of H,
     * work-groups of {@link #LANES}. Source: docs/math/backward.md. Oracle: core.reference.
     */
    static void keyGradients(
            KernelContext context,
            IntArray table,
            FloatArray k,
            FloatArray eraseGain,
            FloatArray overlaps,
            FloatArray queries,
            FloatArray erases,
            FloatArray inner,
            FloatArray outer,
            FloatArray dq,
            FloatArray dk,
            int K,
            int C,
            int n,
            int H,
            int HV,
            int flags,
            int signature) {
        int chunk = context.groupIdx / H;
        int keyHead = context.groupIdx % H;
        int group = HV / H;
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int at = context.localIdx; at < length * K; at += LANES) {
            int row = at / K;
            int d = at % K;
            int m = first + row;
            int keyAt = (m * H + keyHead) * K + d;
            float key = k.get(keyAt);
            float querySum = 0f;
            float keySum = 0f;
            for (int i = 0; i < group; i++) {
                int head = keyHead * group + i;
                int from = (m * HV + head) * K + d;
                keySum += inner.get(from) + outer.get(from);
                if ((flags & (GradientFlags.OWN_ERASE_KEY | KernelFlags.NOTHING_ERASED)) == 0) {
                    int gainRow = (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : m * HV + head;
                    keySum += erases.get(from)
                            * eraseGain.get(
                                    (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow);
                }
                if (m % n == n - 1) {
                    float overlap = overlaps.get(((chunk * HV + head) * C + row) * C + row);
                    querySum += queries.get((m / n * HV + head) * K + d) + overlap * key;
                }
            }
            dk.set(keyAt, keySum);
            if (m % n == n - 1) {
                dq.set((m / n * H + keyHead) * K + d, querySum);
            }
        }
    }

    /**
     * Gradients of values, of gains, and of an erase key of its own.
     *
     * <pre>
     *   dv = du ⊙ writeGain                        dWriteGain = du ⊙ v            or Σ over channels, for one per head
     *   dErase = de ⊙ eraseGain                    dEraseGain = de ⊙ erase        likewise
     * </pre>
     *
     * <p>Where both gains are one number per head they are β, whose gradient is the sum of both and goes to dWriteGain.
     * v [micro-steps, HV, V], erase = k or [micro-steps, H or HV, K], eraseGain [micro-steps, H or HV, 1 or K], writeGain
     * [micro-steps, HV, 1 or V], values = du [chunks, HV, C, V], erases = de [micro-steps, HV, K]; dv (written), dErase with
     * {@link GradientFlags#OWN_ERASE_KEY}, dEraseGain if it is not β, dWriteGain (written), shaped like their inputs but with a
     * row for every value head. With {@link KernelFlags#NOTHING_ERASED} erase, eraseGain and erases are unread, and dErase and
     * dEraseGain not touched: β's gradient is that of the write gain.
     *
     * <p>Parallel over: chunk × value head × row. Accumulates: float. Requires: work-groups of {@link #ROW_LANES}. Source:
     * docs/math/backward.md. Oracle: core.reference.
     */
    static void gainGradients(
            KernelContext context,
            IntArray table,
            FloatArray v,
            FloatArray erase,
            FloatArray eraseGain,
            FloatArray writeGain,
            FloatArray values,
            FloatArray erases,
            FloatArray dv,
            FloatArray dErase,
            FloatArray dEraseGain,
            FloatArray dWriteGain,
            int K,
            int V,
            int C,
            int H,
            int HV,
            int flags,
            int signature) {
        float[] eraseParts = context.allocateFloatLocalArray(ROW_LANES);
        float[] writeParts = context.allocateFloatLocalArray(ROW_LANES);
        int lane = context.localIdx;
        int row = context.groupIdx % C;
        int block = context.groupIdx / C;
        int head = block % HV;
        int keyHead = head / (HV / H);
        int entry = table.get(RunTable.CHUNKS) + 2 * (block / HV);
        int length = table.get(entry + 1);
        int m = table.get(entry) + row;
        int headRow = m * HV + head;
        int keyChannels = row < length ? K : 0;
        int valueChannels = row < length ? V : 0;
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }

        if ((flags & KernelFlags.NOTHING_ERASED) != 0) {
            keyChannels = 0;
        }
        float eraseSum = 0f;
        for (int d = lane; d < keyChannels; d += ROW_LANES) {
            float de = erases.get(headRow * K + d);
            int eraseRow = (flags & KernelFlags.ERASE_ROW_PER_VALUE_HEAD) != 0 ? headRow : m * H + keyHead;
            float product = de * erase.get(eraseRow * K + d);
            eraseSum += product;
            if ((flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0) {
                dEraseGain.set(headRow * K + d, product);
            }
            if ((flags & GradientFlags.OWN_ERASE_KEY) != 0) {
                int gainRow = (flags & KernelFlags.ERASE_GAIN_PER_KEY_HEAD) != 0 ? m * H + keyHead : headRow;
                int gainAt = (flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) != 0 ? gainRow * K + d : gainRow;
                dErase.set(headRow * K + d, de * eraseGain.get(gainAt));
            }
        }
        float writeSum = 0f;
        for (int c = lane; c < valueChannels; c += ROW_LANES) {
            float du = values.get((block * C + row) * V + c);
            float product = du * v.get(headRow * V + c);
            writeSum += product;
            int gainAt = (flags & KernelFlags.WRITE_GAIN_PER_CHANNEL) != 0 ? headRow * V + c : headRow;
            dv.set(headRow * V + c, du * writeGain.get(gainAt));
            if ((flags & KernelFlags.WRITE_GAIN_PER_CHANNEL) != 0) {
                dWriteGain.set(headRow * V + c, product);
            }
        }
        eraseParts[lane] = eraseSum;
        writeParts[lane] = writeSum;
        context.localBarrier();
        if (lane == 0 && row < length) {
            eraseSum = 0f;
            writeSum = 0f;
            for (int i = 0; i < ROW_LANES; i++) {
                eraseSum += eraseParts[i];
                writeSum += writeParts[i];
            }
            if ((flags & KernelFlags.WRITE_GAIN_PER_CHANNEL) == 0) {
                float sum = writeSum;
                if ((flags & KernelFlags.ERASE_GAIN_PER_CHANNEL) == 0) {
                    sum += eraseSum;
                }
                dWriteGain.set(headRow, sum);
            } else {
                if ((flags & (KernelFlags.ERASE_GAIN_PER_CHANNEL | KernelFlags.NOTHING_ERASED)) == 0) {
                    dEraseGain.set(headRow, eraseSum);
                }
            }
        }
    }
}
