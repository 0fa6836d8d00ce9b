package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.SequenceLookup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Rotary embeddings. Angles grow with the context while a turn needs their fraction, and not every device has float64, so
 * they are integers: accumulated angles count 2^−36 radians, phases 2^−64 turns, and a product's whole turns fall off its
 * upper end by themselves.
 */
public final class RotaryKernels {
    /** Work-items per work-group. */
    public static final int LANES = 128;
    /** An accumulated angle's unit is 2 to the power of minus this, in radians. */
    static final int ANGLE_BITS = 36;
    /** How many bits of an accumulated angle's fraction of a radian a phase is made of. */
    static final int FRACTION_BITS = 31;

    private static final float ANGLE_UNIT = 0x1p-36f;
    private static final int FIRST_BITS = 30;
    private static final float FIRST = 1 << FIRST_BITS;
    private static final int SECOND_BITS = ANGLE_BITS - FIRST_BITS;
    private static final float SECOND = 1 << SECOND_BITS;
    private static final float RADIANS = (float) (Math.PI * 0x1p-63); // 2π / 2^64

    private RotaryKernels() {}

    /** Radians per position of each pair, θ^(−2i/rotary). */
    public static double[] rates(double theta, int rotary) {
        double[] rates = new double[rotary / 2];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = Math.pow(theta, -2.0 * i / rotary);
        }
        return rates;
    }

    /**
     * Phases of so many radians per position or per accumulated radian: what a whole one and what 2^−31 of one add.
     *
     * @param rates in radians
     * @return [rates, 2], in 2^−64 turns
     */
    static long[] phases(double... rates) {
        long[] phases = new long[2 * rates.length];
        for (int i = 0; i < rates.length; i++) {
            double turns = rates[i] / (2 * Math.PI);
            double fraction = turns - Math.rint(turns);
            phases[2 * i] = 2 * (long) (fraction * 0x1p63);
            phases[2 * i + 1] = Math.round(turns * 0x1p33);
        }
        return phases;
    }

    /**
     * Turns pairs of channels; those past the pairs are copied.
     *
     * <pre>
     *   φ_i = rate_i · position, or rate_i · angle_i
     *   (x_i, x_{i+pairs}) ← (x_i cos φ_i − x_{i+pairs} sin φ_i,  x_{i+pairs} cos φ_i + x_i sin φ_i)
     * </pre>
     *
     * <p>x, y [tokens, heads, head], angles [tokens, heads, pairs] in 2^−36 radians or unread, phases from {@link
     * #phases}: [pairs, 2] for positions, [heads, pairs, 2] for angles; y is written.
     *
     * <p>Parallel over: token × head × pair or copied channel. Source: core.layer.LayerOp. Oracle: core.reference.
     */
    public static void turn(
            KernelContext context,
            IntArray table,
            FloatArray x,
            LongArray angles,
            LongArray phases,
            FloatArray y,
            int heads,
            int head,
            int pairs,
            int selective,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        int items = head - pairs;
        if (at < table.get(RunTable.TOKENS) * heads * items) {
            int i = at % items;
            int row = at / items;
            int token = row / heads;
            int base = row * head;
            if (i < pairs) {
                long phase = 0L;
                if (selective != 0) {
                    int pair = row % heads * pairs + i;
                    long angle = angles.get(row * pairs + i);
                    long whole = angle >> ANGLE_BITS;
                    long fraction = (angle - (whole << ANGLE_BITS)) >> (ANGLE_BITS - FRACTION_BITS);
                    phase = whole * phases.get(2 * pair) + fraction * phases.get(2 * pair + 1);
                } else {
                    int sequence = SequenceLookup.of(table, token);
                    int since = token - table.get(RunTable.SEQUENCES + 2 * sequence);
                    long position = table.get(table.get(RunTable.POSITIONS) + sequence);
                    phase = (position + since) * phases.get(2 * i);
                }
                long quarter = (phase + (1L << 61)) >> 62;
                float r = (phase - (quarter << 62)) * RADIANS;
                float sine = sine(r);
                float cosine = cosine(r);
                float turnedSine = (quarter & 1L) != 0L ? cosine : sine;
                float turnedCosine = (quarter & 1L) != 0L ? sine : cosine;
                float sineSign = (quarter & 2L) != 0L ? -1f : 1f;
                float cosineSign = ((quarter + 1L) & 2L) != 0L ? -1f : 1f;
                float s = sineSign * turnedSine;
                float c = cosineSign * turnedCosine;
                float a = x.get(base + i);
                float b = x.get(base + pairs + i);
                y.set(base + i, a * c - b * s);
                y.set(base + pairs + i, b * c + a * s);
            } else {
                y.set(base + pairs + i, x.get(base + pairs + i));
            }
        }
    }

    /** sin r for |r| ≤ π/4, by its series. */
    private static float sine(float r) {
        float square = r * r;
        return r + r * square * (-1 / 6f + square * (1 / 120f + square * (-1 / 5040f + square * (1 / 362880f))));
    }

    /** cos r for |r| ≤ π/4, by its series. */
    private static float cosine(float r) {
        float square = r * r;
        float rest = -1 / 720f + square * (1 / 40320f - square * (1 / 3628800f));
        return 1 + square * (-0.5f + square * (1 / 24f + square * rest));
    }

    /**
     * Adds up the angles of Selective RoPE, Φ_t = Φ_{t−1} + φ_t.
     *
     * <p>phi φ [tokens, width]; state [N, 2, width] (modified): Φ as a float32 number and the rest that it lacks; angles
     * [tokens, width] (written): Φ in 2^−36 radians.
     *
     * <p>Parallel over: sequence × pair. Accumulates: 64-bit integers, exact for |φ| ≥ 2^−13. Requires: |Φ| below 2^27.
     * Source: core.layer.LayerOp. Oracle: core.reference.SelectiveRotaryStep.
     */
    public static void accumulateAngles(
            KernelContext context,
            IntArray table,
            FloatArray phi,
            FloatArray state,
            LongArray angles,
            int width,
            int sequences,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < sequences * width) {
            int sequence = at / width;
            int pair = at % width;
            int high = sequence * 2 * width + pair;
            int low = high + width;
            long sum = units(state.get(high)) + units(state.get(low));
            int end = table.get(RunTable.SEQUENCES + 2 * sequence + 2);
            for (int token = table.get(RunTable.SEQUENCES + 2 * sequence); token < end; token++) {
                sum += units(phi.get(token * width + pair));
                angles.set(token * width + pair, sum);
            }
            float rounded = sum * ANGLE_UNIT;
            state.set(high, rounded);
            state.set(low, (sum - units(rounded)) * ANGLE_UNIT);
        }
    }

    /** A number in units of 2^−36, in three parts: TornadoVM 5.2.0 converts float to long by way of int. */
    private static long units(float radians) {
        int whole = (int) radians;
        float first = (radians - whole) * FIRST;
        int firstUnits = (int) first;
        int secondUnits = (int) ((first - firstUnits) * SECOND);
        return ((long) whole << ANGLE_BITS) + ((long) firstUnits << SECOND_BITS) + secondUnits;
    }
}
