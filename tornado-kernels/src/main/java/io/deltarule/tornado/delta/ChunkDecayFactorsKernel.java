package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** How much each row of a chunk decays since the chunk began and until it ends. */
final class ChunkDecayFactorsKernel {
    /** Work-items per work-group, one per key channel. */
    static final int LANES = 64;

    private ChunkDecayFactorsKernel() {}

    /**
     * Decays between a chunk's ends and each of its rows.
     *
     * <pre>  into_i = exp(Σ_{m ≤ i} g_m)        outOf_i = exp(Σ_{m &gt; i} g_m) </pre>
     *
     * <p>g [tokens, HV, G] with G ∈ {1, K}; into, outOf [chunks, HV, C, G] (written; rows past the chunk's end repeat
     * its last). Both are sums of what lies between, never differences of running sums: those would lose the small
     * decays behind a large one.
     *
     * <p>Parallel over: chunk × value head × gate channel. Accumulates: float. Requires: work-groups of {@link #LANES}.
     * Source: docs/math/wy-representation.md. Oracle: core.reference.
     */
    static void chunkDecays(
            KernelContext context,
            IntArray table,
            FloatArray g,
            FloatArray into,
            FloatArray outOf,
            int C,
            int G,
            int n,
            int HV,
            int signature) {
        int chunk = context.groupIdx / HV;
        int head = context.groupIdx % HV;
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        for (int d = context.localIdx; d < G; d += LANES) {
            int at = (chunk * HV + head) * C * G + d;
            float sum = 0f;
            for (int i = 0; i < C; i++) {
                if (i < length && (first + i) % n == 0) {
                    sum += g.get(((first + i) / n * HV + head) * G + d);
                }
                into.set(at + i * G, TornadoMath.exp(sum));
            }
            sum = 0f;
            for (int i = C - 1; i >= 0; i--) {
                outOf.set(at + i * G, TornadoMath.exp(sum));
                if (i < length && (first + i) % n == 0) {
                    sum += g.get(((first + i) / n * HV + head) * G + d);
                }
            }
        }
    }
}
