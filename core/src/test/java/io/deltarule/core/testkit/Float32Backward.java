package io.deltarule.core.testkit;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.Term;
import io.deltarule.core.Variant;

/**
 * The backward recurrence in plain float32, token by token from states that are all kept, its sums over channels in any
 * order: what float32 alone costs. {@link Float32Errors} says what that allows a fast path.
 */
public final class Float32Backward {
    private final Variant variant;
    private final DeltaInputs in;
    private final DeltaCotangents given;
    private final DeltaGradients out;
    private final DeltaShape shape;
    private final float scale;
    private final int[] keyOrder; // in which sums over K are taken
    private final int[] valueOrder; // in which sums over V are taken

    private Float32Backward(Variant variant, DeltaInputs in, DeltaCotangents given, float scale, int order) {
        this.variant = variant;
        this.in = in;
        this.given = given;
        this.shape = in.validate(variant);
        this.scale = scale;
        this.keyOrder = Float32Errors.indices(shape.K(), order);
        this.valueOrder = Float32Errors.indices(shape.V(), order);
        this.out = DeltaGradients.poisoned(in, shape);
        out.tensors().values().forEach(t -> t.fill(0));
    }

    /**
     * Runs it.
     *
     * @param order one of {@link Float32Errors#ORDERS}
     */
    static DeltaGradients run(Variant variant, DeltaInputs in, DeltaCotangents given, double scale, int order) {
        Float32Backward backward = new Float32Backward(variant, in, given, (float) scale, order);
        int[] ends = in.boundaries(backward.shape);
        for (int sequence = 0; sequence < backward.shape.sequences(); sequence++) {
            for (int j = 0; j < backward.shape.HV(); j++) {
                backward.head(sequence, j, ends[sequence], ends[sequence + 1]);
            }
        }
        return backward.out;
    }

    private void head(int sequence, int j, int from, int to) {
        int n = shape.householders();
        int size = shape.K() * shape.V();
        int first = (sequence * shape.HV() + j) * size;
        float[][] decayed = new float[(to - from) * n][]; // S' of every micro-step
        float[][] pseudo = new float[(to - from) * n][];
        float[][] read = new float[to - from][]; // S after every token
        float[] S = new float[size];
        float[] R = new float[size];
        for (int i = 0; i < size; i++) {
            S[i] = in.initialState() == null ? 0 : in.initialState().get(first + i);
            R[i] = given.finalState() == null ? 0 : given.finalState().get(first + i);
        }
        for (int i = 0; i < decayed.length; i++) {
            int row = from * n + i;
            decay(S, row / n, i % n, j);
            decayed[i] = S.clone();
            pseudo[i] = terms(variant.writeValue(), row, j, shape.V());
            float[] e = terms(variant.eraseKey(), row, j, shape.K());
            float[] k = channels(Input.K, row, j, shape.K());
            for (int d : keyOrder) {
                for (int c = 0; c < shape.V(); c++) {
                    pseudo[i][c] -= S[d * shape.V() + c] * e[d];
                }
            }
            addOuter(S, 1, k, pseudo[i]);
            if (i % n == n - 1) {
                read[i / n] = S.clone();
            }
        }
        for (int t = to - 1; t >= from; t--) {
            reads(read[t - from], R, t, j);
            for (int m = n - 1; m >= 0; m--) {
                step(decayed[(t - from) * n + m], pseudo[(t - from) * n + m], R, t, m, j);
            }
        }
        for (int i = 0; i < size; i++) {
            out.initialState().set(first + i, R[i]);
        }
    }

    private void step(float[] decayed, float[] p, float[] R, int t, int m, int j) {
        int row = t * shape.householders() + m;
        float[] k = channels(Input.K, row, j, shape.K());
        float[] dp = retrieve(R, k);
        add(Input.K, row, j, 1, apply(R, p));
        float[] de = apply(decayed, dp);
        for (int d = 0; d < de.length; d++) {
            de[d] = -de[d];
        }
        addOuter(R, -1, terms(variant.eraseKey(), row, j, shape.K()), dp);
        addTerm(variant.eraseKey(), row, j, de);
        addTerm(variant.writeValue(), row, j, dp);
        if (m == 0 && shape.gate() != Gate.NONE) {
            float[] dg = new float[shape.K()];
            float sum = 0;
            for (int d : keyOrder) {
                for (int c : valueOrder) {
                    dg[d] += R[d * shape.V() + c] * decayed[d * shape.V() + c];
                }
                sum += dg[d];
            }
            add(Input.G, t, j, 1, shape.gate() == Gate.CHANNEL ? dg : new float[] {sum});
            decay(R, t, 0, j);
        }
    }

    private void reads(float[] S, float[] R, int t, int j) {
        float[] dO = cotangent(given.o(), t, j);
        add(Input.Q, t, j, scale, apply(S, dO));
        addOuter(R, scale, channels(Input.Q, t, j, shape.K()), dO);
        if (!shape.crossRead()) {
            return;
        }
        float[] r = channels(Input.R, t, j, shape.V());
        float[] dx = cotangent(given.oCross(), t, j);
        float[] weights = softmax(apply(S, r), (float) (1 / Math.sqrt(shape.V())));
        float[] z = apply(S, dx);
        float mean = 0;
        for (int d : keyOrder) {
            mean += weights[d] * z[d];
        }
        float[] dLogits = new float[z.length];
        for (int d = 0; d < z.length; d++) {
            dLogits[d] = weights[d] * (z[d] - mean) / (float) Math.sqrt(shape.V());
        }
        addOuter(R, 1, weights, dx);
        addOuter(R, 1, dLogits, r);
        add(Input.R, t, j, 1, retrieve(S, dLogits));
    }

    private float[] softmax(float[] logits, float factor) {
        float max = Float.NEGATIVE_INFINITY;
        for (float l : logits) {
            max = Math.max(max, l);
        }
        float sum = 0;
        for (int d : keyOrder) {
            logits[d] = (float) Math.exp((logits[d] - max) * factor);
            sum += logits[d];
        }
        for (int d = 0; d < logits.length; d++) {
            logits[d] /= sum;
        }
        return logits;
    }

    private float[] cotangent(Tensor tensor, int t, int j) {
        float[] row = new float[shape.V()];
        for (int c = 0; tensor != null && c < row.length; c++) {
            row[c] = tensor.get(((long) t * shape.HV() + j) * shape.V() + c);
        }
        return row;
    }

    private void decay(float[] S, int t, int m, int j) {
        if (m > 0 || shape.gate() == Gate.NONE) {
            return;
        }
        float[] g = channels(Input.G, t, j, shape.gateWidth());
        for (int i = 0; i < S.length; i++) {
            S[i] *= (float) Math.exp(g[shape.gate() == Gate.SCALAR ? 0 : i / shape.V()]);
        }
    }

    /** S x. */
    private float[] apply(float[] S, float[] x) {
        float[] y = new float[shape.K()];
        for (int d = 0; d < shape.K(); d++) {
            for (int c : valueOrder) {
                y[d] += S[d * shape.V() + c] * x[c];
            }
        }
        return y;
    }

    /** Sᵀ x. */
    private float[] retrieve(float[] S, float[] x) {
        float[] y = new float[shape.V()];
        for (int d : keyOrder) {
            for (int c = 0; c < shape.V(); c++) {
                y[c] += S[d * shape.V() + c] * x[d];
            }
        }
        return y;
    }

    private void addOuter(float[] S, float factor, float[] a, float[] b) {
        for (int d = 0; d < shape.K(); d++) {
            for (int c = 0; c < shape.V(); c++) {
                S[d * shape.V() + c] += factor * a[d] * b[c];
            }
        }
    }

    private float[] channels(Input input, int row, int j, int width) {
        Tensor tensor = in.get(input);
        long from = index(tensor, row, j, width);
        float[] values = new float[width];
        for (int i = 0; i < width; i++) {
            values[i] = tensor.get(from + i);
        }
        return values;
    }

    private long index(Tensor tensor, int row, int j, int width) {
        int heads = tensor.dim(2);
        return ((long) row * heads + j / (shape.HV() / heads)) * width;
    }

    private float[] terms(Term term, int row, int j, int width) {
        float[] values = channels(term.vector(), row, j, width);
        float[] gains = channels(term.gain(), row, j, term.scalarGain() ? 1 : width);
        for (int i = 0; i < width; i++) {
            values[i] *= gains[term.scalarGain() ? 0 : i];
        }
        return values;
    }

    private void addTerm(Term term, int row, int j, float[] gradient) {
        int width = gradient.length;
        float[] vector = channels(term.vector(), row, j, width);
        float[] gain = channels(term.gain(), row, j, term.scalarGain() ? 1 : width);
        float[] toVector = new float[width];
        float[] toGain = new float[gain.length];
        for (int i = 0; i < width; i++) {
            int g = term.scalarGain() ? 0 : i;
            toVector[i] = gradient[i] * gain[g];
            toGain[g] += gradient[i] * vector[i];
        }
        add(term.vector(), row, j, 1, toVector);
        add(term.gain(), row, j, 1, toGain);
    }

    private void add(Input input, int row, int j, float factor, float[] values) {
        Tensor to = out.get(input);
        long at = index(to, row, j, values.length);
        for (int i = 0; i < values.length; i++) {
            to.set(at + i, to.get(at + i) + factor * values[i]);
        }
    }
}
