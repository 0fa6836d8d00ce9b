package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.loss.LogitPieces;
import io.deltarule.core.cpu.math.Exponential;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.SlotBuffer;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Softmax cross-entropy backward, in pieces of the tokens and of the classes: logits are computed again, and become the gradients
 * of the logits where they lie.
 *
 * <pre>
 *   z̄_tc = L̄_t (exp(z_tc − log Σ exp z_t) − [c = label])        log Σ exp z_t = L_t + z_{t, label}
 * </pre>
 *
 * From there it goes on as through a projection. A token that does not count has no gradient.
 */
public final class CrossEntropyBackward implements BackwardStep {
    private final LogitPieces pieces;
    private final LinearGradients gradients;
    private final BackwardScratch scratch;
    private final SlotBuffer labels;
    private final SlotBuffer loss;
    private final SlotBuffer dLoss;
    private final Gradient dx;
    private final WeightGradient dW;
    private final WeightGradient db;
    private final float[] logSums;
    private final int in;

    /** @param in width of the head's input */
    public CrossEntropyBackward(
            LogitPieces pieces,
            int in,
            SlotBuffer labels,
            SlotBuffer loss,
            SlotBuffer dLoss,
            Gradient dx,
            WeightGradient dW,
            WeightGradient db,
            BackwardScratch scratch) {
        this.pieces = pieces;
        this.in = in;
        this.gradients = new LinearGradients(scratch);
        this.scratch = scratch;
        this.labels = labels;
        this.loss = loss;
        this.dLoss = dLoss;
        this.dx = dx;
        this.dW = dW;
        this.db = db;
        this.logSums = new float[pieces.mostTokens()];
    }

    @Override
    public void run(BackwardRun back) {
        LayerRun run = back.tokens();
        for (int first = 0; first < run.tokens(); first += pieces.mostTokens()) {
            int from = first;
            int tokens = Math.min(pieces.mostTokens(), run.tokens() - first);
            pieces.begin(first, tokens);
            run.items(tokens, (long) tokens * in, (t, slot) -> logSum(from, t, slot));
            for (int piece = 0; piece < pieces.count(); piece++) {
                int firstClass = pieces.firstClass(piece);
                SlotBuffer logits = pieces.compute(run, piece);
                run.items(tokens, (long) tokens * logits.width() * 4, (t, slot) -> slope(logits, firstClass, from, t));
                if (dx != null) {
                    boolean add = dx.add() || piece > 0;
                    gradients.input(run, tokens, logits, pieces.weight(piece), dx.buffer(), from, add);
                }
                gradients.weights(
                        back,
                        tokens,
                        logits,
                        pieces.rows(),
                        false,
                        from(dW, (long) firstClass * in),
                        from(db, firstClass));
            }
        }
    }

    private static WeightGradient from(WeightGradient all, long number) {
        return all == null ? null : new WeightGradient(all.at() + number * Float.BYTES);
    }

    private void logSum(int first, int t, int slot) {
        int label = (int) labels.get((long) first + t, 0);
        logSums[t] = label < 0
                ? 0
                : loss.get((long) first + t, 0)
                        + pieces.logit(label, t, scratch.panels().of(slot));
    }

    /** A token's logits of a piece become their gradients. */
    private void slope(SlotBuffer logits, int firstClass, int first, int t) {
        int n = logits.width();
        MemorySegment z = logits.data();
        long begin = logits.row(t);
        int label = (int) labels.get((long) first + t, 0);
        if (label < 0) {
            z.asSlice(begin, logits.row(1)).fill((byte) 0);
            return;
        }
        float factor = dLoss.get((long) first + t, 0);
        float logSum = logSums[t];
        int whole = n - n % Lanes.COUNT;
        long end = begin + (long) whole * Float.BYTES;
        for (long at = begin; at < end; at += Lanes.BYTES) {
            Lanes.store(Lanes.load(z, at).sub(logSum), z, at);
        }
        Exponential.apply(1, z, begin, z, begin, end - begin);
        FloatVector times = FloatVector.broadcast(Lanes.SPECIES, factor);
        for (long at = begin; at < end; at += Lanes.BYTES) {
            Lanes.store(Lanes.load(z, at).mul(times), z, at);
        }
        for (int i = whole; i < n; i++) {
            logits.set(t, i, factor * (float) Math.exp(logits.get(t, i) - logSum));
        }
        int mine = label - firstClass;
        if (mine >= 0 && mine < n) {
            logits.set(t, mine, logits.get(t, mine) - factor);
        }
    }
}
