package io.deltarule.core.cpu.loss;

import io.deltarule.core.cpu.math.Exponential;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.op.LayerWeight;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.op.WeightPanels;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The head and its loss: logits of some tokens and some classes at a time, of which only a token's largest and the sum of the
 * exponentials are kept.
 *
 * <pre>
 *   m' = max(m, max_c z_c)        s ← s exp(m − m') + Σ_c exp(z_c − m')        L = m + log s − z_label
 * </pre>
 */
public final class CrossEntropyStep implements LayerStep {
    private final LogitPieces pieces;
    private final SlotBuffer labels;
    private final SlotBuffer loss;
    private final float[] max;
    private final double[] sum;

    /** @param b null for none */
    public CrossEntropyStep(
            MatrixOp.CrossEntropy op,
            SlotBuffer x,
            SlotBuffer labels,
            Weight W,
            LayerWeight b,
            SlotBuffer loss,
            int maxTokens,
            WeightPanels panels,
            Arena arena) {
        this.pieces = new LogitPieces(op, x, W, b, maxTokens, panels, arena);
        this.labels = labels;
        this.loss = loss;
        this.max = new float[pieces.mostTokens()];
        this.sum = new double[pieces.mostTokens()];
    }

    /** The logits, which going back computes again. */
    public LogitPieces pieces() {
        return pieces;
    }

    @Override
    public void refresh() {
        pieces.refresh();
    }

    @Override
    public void run(LayerRun run) {
        for (int first = 0; first < run.tokens(); first += pieces.mostTokens()) {
            int from = first;
            int tokens = Math.min(pieces.mostTokens(), run.tokens() - first);
            pieces.begin(first, tokens);
            Arrays.fill(max, 0, tokens, Float.NEGATIVE_INFINITY);
            Arrays.fill(sum, 0, tokens, 0);
            for (int piece = 0; piece < pieces.count(); piece++) {
                int at = piece;
                SlotBuffer logits = pieces.compute(run, piece);
                run.items(tokens, (long) tokens * logits.width() * 4, (t, slot) -> take(at, logits, from, t));
            }
            for (int t = 0; t < tokens; t++) {
                if (label(first + t) >= 0) {
                    loss.set(first + t, 0, (float) (max[t] + Math.log(sum[t]) + loss.get(first + t, 0)));
                } else {
                    loss.set(first + t, 0, 0);
                }
            }
        }
    }

    private int label(long token) {
        return (int) labels.get(token, 0);
    }

    /** Takes in a token's logits of a piece, which are overwritten; the label's, negative, waits in the loss. */
    private void take(int piece, SlotBuffer logits, int first, int t) {
        int label = label((long) first + t) - pieces.firstClass(piece);
        int n = logits.width();
        if (label >= 0 && label < n) {
            loss.set((long) first + t, 0, -logits.get(t, label));
        }
        MemorySegment z = logits.data();
        long begin = logits.row(t);
        int whole = n - n % Lanes.COUNT;
        FloatVector largest = FloatVector.broadcast(Lanes.SPECIES, max[t]);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            largest = largest.max(Lanes.load(z, begin + (long) i * Float.BYTES));
        }
        float newMax = largest.reduceLanes(VectorOperators.MAX);
        for (int i = whole; i < n; i++) {
            newMax = Math.max(newMax, logits.get(t, i));
        }
        double added = 0;
        for (int i = whole; i < n; i++) {
            added += Math.exp((double) logits.get(t, i) - newMax);
        }
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            long at = begin + (long) i * Float.BYTES;
            Lanes.store(Lanes.load(z, at).sub(newMax), z, at);
        }
        Exponential.apply(1, z, begin, z, begin, (long) whole * Float.BYTES);
        FloatVector exponentials = FloatVector.zero(Lanes.SPECIES);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            exponentials = exponentials.add(Lanes.load(z, begin + (long) i * Float.BYTES));
        }
        sum[t] = sum[t] * Math.exp((double) max[t] - newMax) + added + Lanes.sum(exponentials);
        max[t] = newMax;
    }
}
