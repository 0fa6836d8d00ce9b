package io.deltarule.tornado.delta;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** How much each row of a chunk decays since the chunk began and until it ends. */
final class ChunkDecayFactorsKernel {
    /** Work-items per work-group, one per value head and gate channel. */
    static final int LANES = 64;

    /** Rows whose gates are loaded before the first of them is used. */
    private static final int BLOCK = 16;

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
     * <p>Parallel over: chunk × (value head, gate channel), which lie side by side in g. Accumulates: float. Requires: C a multiple
     * of 16, work-groups of {@link #LANES}.
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
        float[] gates = new float[BLOCK];
        int tiles = (HV * G + LANES - 1) / LANES;
        int chunk = context.groupIdx / tiles;
        int channel = context.groupIdx % tiles * LANES + context.localIdx;
        int entry = table.get(RunTable.CHUNKS) + 2 * chunk;
        int first = table.get(entry);
        int length = table.get(entry + 1);
        if (context.globalIdx == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (channel < HV * G) {
            int at = (chunk * HV + channel / G) * C * G + channel % G;
            float sum = 0f;
            for (int from = 0; from < C; from += BLOCK) {
                for (int i = 0; i < BLOCK; i++) {
                    int m = first + from + i;
                    gates[i] = 0f;
                    if (from + i < length && m % n == 0) {
                        gates[i] = g.get(m / n * HV * G + channel);
                    }
                }
                for (int i = 0; i < BLOCK; i++) {
                    sum += gates[i];
                    into.set(at + (from + i) * G, TornadoMath.exp(sum));
                }
            }
            sum = 0f;
            for (int until = C; until > 0; until -= BLOCK) {
                for (int i = 0; i < BLOCK; i++) {
                    int m = first + until - 1 - i;
                    gates[i] = 0f;
                    if (until - 1 - i < length && m % n == 0) {
                        gates[i] = g.get(m / n * HV * G + channel);
                    }
                }
                for (int i = 0; i < BLOCK; i++) {
                    outOf.set(at + (until - 1 - i) * G, TornadoMath.exp(sum));
                    sum += gates[i];
                }
            }
        }
    }
}
