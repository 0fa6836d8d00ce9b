package io.deltarule.core.cpu.op;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.MatrixOp;
import java.util.Arrays;

/** Chooses each token's experts, then lists each expert's tokens. Scores are float64: a choice is worth the exactness. */
public final class ExpertsRouter {
    private final MatrixOp.Experts.Routing routing;
    private final SlotBuffer logits;
    private final Tensor given; // c, null for none
    private final double[] correction;
    private final int[] experts; // of every token, k each
    private final float[] weights; // of these, likewise
    private final int[] begins; // of each expert's entries in order
    private final int[] order; // places in experts, sorted by expert and then by token
    private final double[][] scores; // per thread
    private final double[][] ranked; // per thread: what the choice goes by
    private final double[][] groups; // per thread: how good each group is

    /** @param correction null for none */
    public ExpertsRouter(
            MatrixOp.Experts.Routing routing, SlotBuffer logits, Tensor correction, int maxTokens, int threads) {
        int count = logits.width();
        this.routing = routing;
        this.logits = logits;
        this.given = correction;
        this.correction = new double[count];
        this.experts = new int[Math.multiplyExact(maxTokens, routing.chosen())];
        this.weights = new float[experts.length];
        this.order = new int[experts.length];
        this.begins = new int[count + 1];
        this.scores = new double[threads][count];
        this.ranked = new double[threads][count];
        this.groups = new double[threads][routing.groups().count()];
        refresh();
    }

    /** Takes up what the correction is now. */
    public void refresh() {
        for (int e = 0; e < correction.length && given != null; e++) {
            correction[e] = given.get(e);
        }
    }

    /** Routes all of the run's tokens. */
    public void route(LayerRun run) {
        run.rows(16L * logits.width(), (from, to, slot) -> {
            for (long token = from; token < to; token++) {
                choose((int) token, scores[slot], ranked[slot], groups[slot]);
            }
        });
        sort(run.tokens() * routing.chosen());
    }

    private void choose(int token, double[] s, double[] rank, double[] group) {
        double sum = 0;
        double max = Double.NEGATIVE_INFINITY;
        for (int e = 0; e < s.length; e++) {
            max = Math.max(max, logits.get(token, e));
        }
        for (int e = 0; e < s.length; e++) {
            double z = logits.get(token, e);
            s[e] = routing.sigmoid() ? 1 / (1 + Math.exp(-z)) : Math.exp(z - max);
            sum += s[e];
        }
        double all = routing.sigmoid() ? 1 : sum;
        double chosen = 0;
        int first = token * routing.chosen();
        for (int e = 0; e < s.length; e++) {
            rank[e] = s[e] / all + correction[e];
        }
        if (group.length > 1) {
            dropGroups(rank, group);
        }
        for (int i = first; i < first + routing.chosen(); i++) {
            experts[i] = best(rank, first, i);
            chosen += s[experts[i]] / all;
        }
        for (int i = first; i < first + routing.chosen(); i++) {
            double weight = s[experts[i]] / all / (routing.renormalised() ? chosen : 1);
            weights[i] = (float) (routing.factor() * weight);
        }
    }

    /** −∞ for the experts of all groups but the best; a group is as good as its two best experts together. */
    private void dropGroups(double[] rank, double[] group) {
        int size = rank.length / group.length;
        for (int g = 0; g < group.length; g++) {
            double best = Double.NEGATIVE_INFINITY;
            double second = size > 1 ? Double.NEGATIVE_INFINITY : 0;
            for (int e = g * size; e < (g + 1) * size; e++) {
                if (rank[e] > best) {
                    second = size > 1 ? best : 0;
                    best = rank[e];
                } else if (rank[e] > second) {
                    second = rank[e];
                }
            }
            group[g] = best + second;
        }
        for (int g = 0; g < group.length; g++) {
            int better = 0;
            for (int other = 0; other < group.length; other++) {
                better += group[other] > group[g] || (group[other] == group[g] && other < g) ? 1 : 0;
            }
            if (better >= routing.groups().kept()) {
                Arrays.fill(rank, g * size, (g + 1) * size, Double.NEGATIVE_INFINITY);
            }
        }
    }

    /** The expert with the largest rank among those that are not in places [first, end). */
    private int best(double[] rank, int first, int end) {
        int best = -1;
        for (int e = 0; e < rank.length; e++) {
            if (!taken(e, first, end) && (best < 0 || rank[e] > rank[best])) {
                best = e;
            }
        }
        return best;
    }

    private boolean taken(int expert, int first, int end) {
        for (int i = first; i < end; i++) {
            if (experts[i] == expert) {
                return true;
            }
        }
        return false;
    }

    /** A counting sort. */
    private void sort(int places) {
        Arrays.fill(begins, 0);
        for (int i = 0; i < places; i++) {
            begins[experts[i]]++;
        }
        int end = 0;
        for (int e = 0; e < begins.length; e++) {
            int count = begins[e];
            begins[e] = end;
            end += count;
        }
        for (int i = 0; i < places; i++) {
            order[begins[experts[i]]++] = i;
        }
        System.arraycopy(begins, 0, begins, 1, begins.length - 1);
        begins[0] = 0;
    }

    /** How many tokens an expert has. */
    public int count(int expert) {
        return begins[expert + 1] - begins[expert];
    }

    /** An expert's i-th token. */
    public int token(int expert, int i) {
        return order[begins[expert] + i] / routing.chosen();
    }

    /** Which of all choices an expert's i-th token is: k for every token. */
    public int place(int expert, int i) {
        return order[begins[expert] + i];
    }

    /** The expert of a choice. */
    public int expert(int place) {
        return experts[place];
    }

    /** What the expert's output is multiplied by for its i-th token. */
    public float weight(int expert, int i) {
        return weights[order[begins[expert] + i]];
    }
}
