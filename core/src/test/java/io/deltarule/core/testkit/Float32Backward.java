package io.deltarule.core.testkit;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Levels;
import io.deltarule.core.Tensor;
import io.deltarule.core.Term;
import io.deltarule.core.Variant;
import java.util.Arrays;
import java.util.List;

/**
 * The backward recurrence in plain float32, token by token from states that are all kept, its sums over channels in any
 * order: what float32 alone costs. {@link Float32Tolerance} says what that allows a fast path.
 */
final class Float32Backward {
    private final Variant variant;
    private final DeltaInputs in;
    private final DeltaCotangents given;
    private final DeltaShape shape;
    private final float scale;
    private final List<Float32Head> heads;

    Float32Backward(Variant variant, DeltaInputs in, DeltaCotangents given, double scale) {
        this.variant = variant;
        this.in = in;
        this.given = given;
        this.shape = in.validate(variant);
        this.scale = (float) scale;
        this.heads = Float32Head.all(variant, in, shape);
    }

    /**
     * Runs it.
     *
     * @param order one of {@link Float32Tolerance#ORDERS}
     */
    DeltaGradients run(int order) {
        DeltaGradients out = DeltaGradients.poisoned(in, shape);
        out.tensors().values().forEach(t -> t.fill(0));
        Float32Sums sums = new Float32Sums(shape.K(), shape.V(), order);
        for (Float32Head head : heads) {
            new HeadRun(head, sums, out).run();
        }
        return out;
    }

    /** One head in one order of sums. */
    private final class HeadRun {
        private final Float32Head x;
        private final Float32Sums sums;
        private final DeltaGradients out;
        private final float[][] R; // the gradient of the state, by level

        HeadRun(Float32Head x, Float32Sums sums, DeltaGradients out) {
            this.x = x;
            this.sums = sums;
            this.out = out;
            this.R = levels(given.finalState());
        }

        private float[][] levels(Tensor states) {
            float[][] S = new float[shape.state().perHead()][shape.K() * shape.V()];
            long first = shape.state().offset(x.sequence(), x.head());
            for (int i = 0; states != null && i < S.length * S[0].length; i++) {
                S[i / S[0].length][i % S[0].length] = states.get(first + i);
            }
            return S;
        }

        void run() {
            int n = shape.householders();
            float[][][] decayed = new float[x.k().length][][]; // S' of every micro-step
            float[][][] pseudo = new float[x.k().length][][];
            float[][][] read = new float[x.to() - x.from()][][]; // S after every token
            float[][] S = levels(in.initialState());
            for (int i = 0; i < decayed.length; i++) {
                if (i % n == 0) {
                    Float32Recurrence.merge(S, shape, i / n);
                }
                decayed[i] = new float[S.length][];
                pseudo[i] = new float[S.length][];
                for (int level = 0; level < S.length; level++) {
                    Float32Sums.decay(S[level], x.decay(i / n, i % n));
                    decayed[i][level] = S[level].clone();
                    float[] u = level == 0 ? x.write().product()[i] : new float[shape.V()];
                    pseudo[i][level] = sums.pseudoValue(S[level], x.erase().product()[i], u);
                    Float32Sums.addOuter(S[level], 1, x.k()[i], pseudo[i][level]);
                }
                if (i % n == n - 1) {
                    read[i / n] = Arrays.stream(S).map(float[]::clone).toArray(float[][]::new);
                }
            }
            for (int token = read.length - 1; token >= 0; token--) {
                reads(read[token], token);
                for (int m = n - 1; m >= 0; m--) {
                    for (int level = 0; level < R.length; level++) {
                        step(decayed[token * n + m][level], pseudo[token * n + m][level], token, m, level);
                    }
                }
                for (int level = 0; shape.logLinear() && token > 0 && level < Levels.mergedInto(token); level++) {
                    R[level] = R[Levels.mergedInto(token)].clone();
                }
            }
            for (int i = 0; out.initialState() != null && i < R[0].length; i++) {
                out.initialState().set(shape.state().offset(x.sequence(), x.head()) + i, R[0][i]);
            }
        }

        private void step(float[] decayed, float[] p, int token, int m, int level) {
            int step = token * shape.householders() + m;
            int row = x.from() * shape.householders() + step;
            float[] dp = sums.overKeys(R[level], x.k()[step]);
            add(Input.K, row, 1, sums.overValues(R[level], p));
            float[] de = sums.overValues(decayed, dp);
            for (int d = 0; d < de.length; d++) {
                de[d] = -de[d];
            }
            Float32Sums.addOuter(R[level], -1, x.erase().product()[step], dp);
            if (variant.erases()) {
                addTerm(variant.eraseKey(), x.erase(), step, row, de);
            }
            if (level == 0) {
                addTerm(variant.writeValue(), x.write(), step, row, dp);
            }
            if (m == 0 && shape.gate() != Gate.NONE) {
                float[] dg = sums.overValuesOfProduct(R[level], decayed);
                float sum = 0;
                for (int d : sums.keyOrder) {
                    sum += dg[d];
                }
                add(Input.G, x.from() + token, 1, shape.gate() == Gate.CHANNEL ? dg : new float[] {sum});
                Float32Sums.decay(R[level], x.decay(token, 0));
            }
        }

        private void reads(float[][] S, int token) {
            int t = x.from() + token;
            float[] dO = cotangent(given.o(), t);
            float[] dLambda = new float[S.length];
            for (int level = 0; level < S.length; level++) {
                float lambda = shape.logLinear() ? x.lambda()[token][level] : 1;
                float[] read = sums.overValues(S[level], dO);
                for (int d : sums.keyOrder) {
                    dLambda[level] += scale * x.q()[token][d] * read[d];
                }
                add(Input.Q, t, scale * lambda, read);
                Float32Sums.addOuter(R[level], scale * lambda, x.q()[token], dO);
            }
            if (shape.logLinear()) {
                add(Input.LAMBDA, t, 1, dLambda);
            }
            if (shape.crossRead()) {
                crossRead(S[0], R[0], t, token);
            }
        }

        private void crossRead(float[] S, float[] R, int t, int token) {
            float[] r = x.r()[token];
            float[] dx = cotangent(given.oCross(), t);
            float[] weights = softmax(sums.overValues(S, r), (float) (1 / Math.sqrt(shape.V())));
            float[] z = sums.overValues(S, dx);
            float mean = 0;
            for (int d : sums.keyOrder) {
                mean += weights[d] * z[d];
            }
            float[] dLogits = new float[z.length];
            for (int d = 0; d < z.length; d++) {
                dLogits[d] = weights[d] * (z[d] - mean) / (float) Math.sqrt(shape.V());
            }
            Float32Sums.addOuter(R, 1, weights, dx);
            Float32Sums.addOuter(R, 1, dLogits, r);
            add(Input.R, t, 1, sums.overKeys(S, dLogits));
        }

        private float[] softmax(float[] logits, float factor) {
            float max = Float.NEGATIVE_INFINITY;
            for (float l : logits) {
                max = Math.max(max, l);
            }
            float sum = 0;
            for (int d : sums.keyOrder) {
                logits[d] = (float) Math.exp((logits[d] - max) * factor);
                sum += logits[d];
            }
            for (int d = 0; d < logits.length; d++) {
                logits[d] /= sum;
            }
            return logits;
        }

        private float[] cotangent(Tensor tensor, int t) {
            return tensor == null ? new float[shape.V()] : Float32Head.rows(tensor, shape, x.head(), t, t + 1)[0];
        }

        private void addTerm(Term term, Float32Head.Term rows, int step, int row, float[] gradient) {
            float[] vector = rows.vector()[step];
            float[] toGain = new float[rows.gain()[step].length];
            for (int i = 0; i < gradient.length; i++) {
                toGain[term.scalarGain() ? 0 : i] += gradient[i] * vector[i];
            }
            add(term.vector(), row, 1, Float32Head.times(gradient, rows.gain()[step]));
            add(term.gain(), row, 1, toGain);
        }

        private void add(Input input, int row, float factor, float[] values) {
            Tensor to = out.get(input);
            long at = Float32Head.at(to, shape, row, x.head());
            for (int i = 0; i < values.length; i++) {
                to.set(at + i, to.get(at + i) + factor * values[i]);
            }
        }
    }
}
