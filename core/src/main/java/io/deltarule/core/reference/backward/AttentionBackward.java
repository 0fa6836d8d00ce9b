package io.deltarule.core.reference.backward;

import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.reference.delta.StateRowRead;

/**
 * Softmax attention: with π the weights of token t over the s that it sees and ℓ = scale · q·k_s,
 *
 * <pre>
 *   v̄_s += π_s ō        π̄_s = v_s·ō        ℓ̄ = π ⊙ (π̄ − π·π̄)
 *   q̄   += scale Σ_s ℓ̄_s k_s              k̄_s += scale ℓ̄_s q
 * </pre>
 *
 * Heads that share a key/value head add up there.
 */
final class AttentionBackward {
    private final SequenceOp.Attention op;
    private final BackwardRun run;
    private final int head;
    private final int value;

    AttentionBackward(SequenceOp.Attention op, BackwardRun run) {
        this.op = op;
        this.run = run;
        this.head = op.k().width() / op.kvHeads();
        this.value = op.v().width() / op.kvHeads();
    }

    /**
     * Goes back over a run.
     *
     * @param state keys [N, kvHeads, rows, head] and then values before the run; position s lies in row s mod rows
     * @param carriedOut gradient of those after the run
     * @return gradient of those before it; 0 where a row is not filled
     */
    double[] back(double[] state, double[] carriedOut) {
        int sequences = run.lengths().length;
        int rows = state.length / (sequences * op.kvHeads() * (head + value));
        double[] carriedIn = new double[state.length];
        int first = 0;
        for (int n = 0; n < sequences; n++) {
            for (int h = 0; h < op.kvHeads(); h++) {
                int cache = n * op.kvHeads() + h;
                int values = sequences * op.kvHeads() * rows * head; // where they begin
                Ring keyRing = new Ring(run.positions()[n], run.lengths()[n], rows, cache * rows * head);
                Ring valueRing = new Ring(run.positions()[n], run.lengths()[n], rows, values + cache * rows * value);
                History k = keyRing.load(state, carriedOut, head);
                History v = valueRing.load(state, carriedOut, value);
                k.load(run.values(op.k()), first, op.k().width(), h * head);
                v.load(run.values(op.v()), first, op.v().width(), h * value);
                int group = op.heads() / op.kvHeads();
                for (int j = h * group; j < (h + 1) * group; j++) {
                    for (int t = 0; t < run.lengths()[n]; t++) {
                        token(k, v, j, first + t, k.before + t, rows);
                    }
                }
                k.addTo(run.gradient(op.k()), first, op.k().width(), h * head);
                v.addTo(run.gradient(op.v()), first, op.v().width(), h * value);
                keyRing.store(k, carriedIn);
                valueRing.store(v, carriedIn);
            }
            first += run.lengths()[n];
        }
        return carriedIn;
    }

    /**
     * A ring of one sequence's and head's rows in what is carried.
     *
     * @param position tokens before the run
     * @param at where its first row begins
     */
    private record Ring(int position, int tokens, int rows, int at) {
        History load(double[] state, double[] carriedOut, int width) {
            int before = Math.min(position, rows);
            History history = new History(before, tokens, width);
            for (int i = 0; i < before; i++) {
                System.arraycopy(state, place(i - before, width), history.rows[i], 0, width);
            }
            for (int i = Math.max(0, before + tokens - rows); i < before + tokens; i++) {
                System.arraycopy(carriedOut, place(i - before, width), history.gradients[i], 0, width);
            }
            return history;
        }

        void store(History history, double[] carriedIn) {
            for (int i = 0; i < history.before; i++) {
                double[] row = history.gradients[i];
                System.arraycopy(row, 0, carriedIn, place(i - history.before, row.length), row.length);
            }
        }

        /** Where the row of a token lies that is counted from the run's first. */
        private int place(int token, int width) {
            return at + (position + token) % rows * width;
        }
    }

    /** Query head j of one token, whose own key is row {@code own}. */
    private void token(History k, History v, int j, int t, int own, int rows) {
        double[] q = FlatRows.row(run.values(op.q()), t * op.heads() + j, head);
        double[] dO = FlatRows.row(run.gradient(op.out()), t * op.heads() + j, value);
        int first = Math.max(0, own + 1 - rows);
        double[] logits = new double[own + 1 - first];
        double[] dWeights = new double[logits.length];
        for (int s = 0; s < logits.length; s++) {
            logits[s] = op.scale() * StateRowRead.dot(q, k.rows[first + s]);
            dWeights[s] = StateRowRead.dot(dO, v.rows[first + s]);
        }
        double[] weights = StateRowRead.softmax(logits);
        double[] dLogits = StateRowRead.logitGradients(weights, dWeights);
        double[] dq = new double[head];
        for (int s = 0; s < logits.length; s++) {
            double slope = op.scale() * dLogits[s];
            for (int c = 0; c < head; c++) {
                dq[c] += slope * k.rows[first + s][c];
                k.gradients[first + s][c] += slope * q[c];
            }
            for (int c = 0; c < value; c++) {
                v.gradients[first + s][c] += weights[s] * dO[c];
            }
        }
        FlatRows.add(run.gradient(op.q()), t * op.heads() + j, dq);
    }
}
