package io.deltarule.core.testkit;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Levels;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.util.Arrays;
import java.util.Random;

/**
 * One seeded random operation: unit keys, log-decays down to {@code -decay}, β up to {@code betaMax}, an initial state.
 *
 * @param name shown in test reports
 * @param variant which member of the family
 * @param shape its lengths
 * @param decay largest decay: g is uniform in (−decay, 0)
 * @param betaMax β is uniform in (0, betaMax)
 * @param focus what the read queries r are multiplied by: the larger, the sharper the softmax over the state's rows
 * @param lengths sequence lengths of a packed batch, empty for a plain one
 */
@SuppressWarnings("ArrayRecordComponent") // test data, never modified
public record DeltaCase(
        String name, Variant variant, DeltaShape shape, double decay, double betaMax, double focus, int... lengths) {
    /** A plain batch with gentle decays. */
    public static DeltaCase of(Variant variant, Gate gate, int B, int T, int H, int HV, int K, int V, int n) {
        DeltaShape shape = new DeltaShape(B, T, H, HV, K, V, n, B, gate, variant == Variant.DELTALENS);
        String name = variant.id() + " " + gate.id() + " B" + B + " T" + T + " H" + H + "/" + HV + " K" + K + " V" + V
                + (n > 1 ? " n" + n : "");
        return new DeltaCase(name, variant, shape, 0.5, n > 1 ? 2 : 1, 1);
    }

    /** The same with decays down to {@code -strength} per token. */
    public DeltaCase withDecay(double strength) {
        return new DeltaCase(name + " decay " + strength, variant, shape, strength, betaMax, focus, lengths);
    }

    /** The same with β up to {@code max}. */
    public DeltaCase withBeta(double max) {
        return new DeltaCase(name + " beta<" + max, variant, shape, decay, max, focus, lengths);
    }

    /** The same with a selective read whose queries are scaled by {@code sharpness}. */
    public DeltaCase withCrossRead(double sharpness) {
        String reading = name + " r×" + sharpness;
        return new DeltaCase(reading, variant, shape.withCrossRead(), decay, betaMax, sharpness, lengths);
    }

    /** The same with log-linear states, as many levels as the longest sequence needs and so many more. */
    public DeltaCase withLevels(int more) {
        int longest = Arrays.stream(lengths).max().orElse(shape.T());
        DeltaShape wide = shape.withLevels(Levels.needed(longest) + more);
        return new DeltaCase(name + " levels " + wide.levels(), variant, wide, decay, betaMax, focus, lengths);
    }

    /** The same with other random numbers. */
    public DeltaCase numbered(int run) {
        return new DeltaCase(name + " #" + run, variant, shape, decay, betaMax, focus, lengths);
    }

    /** The same as packed sequences of these lengths (they replace B and T). */
    public DeltaCase packed(int... sequenceLengths) {
        DeltaShape s = shape;
        DeltaShape packed = new DeltaShape(
                1,
                Arrays.stream(sequenceLengths).sum(),
                s.H(),
                s.HV(),
                s.K(),
                s.V(),
                s.householders(),
                sequenceLengths.length,
                s.gate(),
                s.crossRead(),
                s.levels());
        String longer = name + " packed " + Arrays.toString(sequenceLengths);
        return new DeltaCase(longer, variant, packed, decay, betaMax, focus, sequenceLengths);
    }

    /** The case's tensors, the same on every call. */
    public DeltaInputs inputs() {
        Random random = new Random(name.hashCode());
        DeltaShape s = shape;
        Tensor q = gaussian(random, dims(Input.Q));
        unitRows(q);
        Tensor k = gaussian(random, dims(Input.K));
        unitRows(k);
        DeltaInputs in = DeltaInputs.of(q, k, gaussian(random, dims(Input.V))).withHouseholders(s.householders());
        for (Input input : variant.inputs()) {
            in = switch (input) {
                case Q, K, V, G, R, LAMBDA -> in;
                case BETA, B, W -> in.with(input, uniform(random, 0, betaMax, dims(input)));
                case P -> {
                    Tensor p = gaussian(random, dims(input));
                    unitRows(p);
                    yield in.with(input, p);
                }
            };
        }
        if (s.crossRead()) {
            in = in.with(Input.R, scaled(gaussian(random, dims(Input.R)), focus));
        }
        if (s.gate() != Gate.NONE) {
            in = in.with(Input.G, uniform(random, -decay, 0, dims(Input.G)));
        }
        if (lengths.length > 0) {
            int[] ends = new int[lengths.length + 1];
            for (int i = 0; i < lengths.length; i++) {
                ends[i + 1] = ends[i] + lengths[i];
            }
            in = in.withCuSeqlens(ends);
        }
        if (s.logLinear()) { // which begins at zero
            return in.with(Input.LAMBDA, uniform(random, 0, 1, dims(Input.LAMBDA)));
        }
        return in.withInitialState(gaussian(random, s.state().dims()));
    }

    private int[] dims(Input input) {
        return axes(input, shape).dims(shape.B(), shape.T());
    }

    /** The axes that the cases' tensors have: erase gates have one row per value head. */
    static Input.Axes axes(Input input, DeltaShape s) {
        return input == Input.B ? input.axesPerValueHead(s) : input.axes(s);
    }

    /** Gradients of the case's outputs, standard normals, the same on every call. */
    public DeltaCotangents cotangents() {
        Random random = new Random(~name.hashCode());
        DeltaShape s = shape;
        return new DeltaCotangents(
                gaussian(random, s.readOut()),
                s.crossRead() ? gaussian(random, s.readOut()) : null,
                gaussian(random, s.state().dims()));
    }

    /** Independent standard normals. */
    static Tensor gaussian(Random random, int... dims) {
        Tensor t = Tensor.zeros(dims);
        for (long i = 0; i < t.size(); i++) {
            t.set(i, (float) random.nextGaussian());
        }
        return t;
    }

    private static Tensor scaled(Tensor t, double factor) {
        for (long i = 0; i < t.size(); i++) {
            t.set(i, (float) (t.get(i) * factor));
        }
        return t;
    }

    static Tensor uniform(Random random, double from, double to, int... dims) {
        Tensor t = Tensor.zeros(dims);
        for (long i = 0; i < t.size(); i++) {
            t.set(i, (float) random.nextDouble(Math.nextUp(from), to));
        }
        return t;
    }

    /** Scales the last axis' rows to length 1. */
    static void unitRows(Tensor t) {
        int K = t.dim(t.rank() - 1);
        for (long row = 0; row < t.size(); row += K) {
            double norm = 0;
            for (int i = 0; i < K; i++) {
                norm += (double) t.get(row + i) * t.get(row + i);
            }
            norm = Math.sqrt(norm + 1e-12);
            for (int i = 0; i < K; i++) {
                t.set(row + i, (float) (t.get(row + i) / norm));
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
