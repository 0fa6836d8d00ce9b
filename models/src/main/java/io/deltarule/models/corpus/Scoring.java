package io.deltarule.models.corpus;

import io.deltarule.core.Tensor;
import io.deltarule.models.inference.Network;
import io.deltarule.models.inference.Perplexity;
import io.deltarule.models.inference.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How well the model predicts each text: its perplexity, after the prefix if there is one. A text longer than the context is taken in windows,
 * each from nothing, or from the prefix.
 *
 * @param everyToken whether the log-probability of every token is wanted too
 */
public record Scoring(boolean everyToken) implements CorpusTask<Scored> {
    @Override
    public int least(boolean prefixed) {
        return prefixed ? 1 : 2;
    }

    @Override
    public boolean inWindows() {
        return true;
    }

    @Override
    public boolean allLogits() {
        return true;
    }

    @Override
    public List<Scored> run(RunReader reader, List<EncodedText> texts) {
        double[][] logs = new double[texts.size()][];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = new double[texts.get(i).ids().length];
            Arrays.fill(logs[i], Double.NaN);
        }
        if (texts.size() == 1) {
            int window = Math.max(1, reader.room(texts.getFirst()));
            for (int from = 0; from < logs[0].length; from += window) {
                score(reader, texts, from, Math.min(logs[0].length, from + window), logs);
            }
        } else {
            score(reader, texts, 0, Integer.MAX_VALUE, logs);
        }
        List<Scored> results = new ArrayList<>();
        for (int i = 0; i < logs.length; i++) {
            results.add(of(texts.get(i), logs[i]));
        }
        return results;
    }

    /** Tokens [from, to) of every text, as far as it goes. */
    private static void score(RunReader reader, List<EncodedText> texts, int from, int to, double[][] logs) {
        Session session = reader.begin(texts);
        Network network = session.network();
        int[][] ids = new int[session.options().sequences()][0];
        int[] before = new int[texts.size()];
        for (int i = 0; i < texts.size(); i++) {
            int[] all = texts.get(i).ids();
            ids[i] = Arrays.copyOfRange(all, from, Math.min(all.length, to));
            before[i] = session.length(i);
            if (before[i] > 0) {
                Tensor next = Tensor.of(session.logits(i).toArray(), 1, network.vocabulary());
                logs[i][from] = -Perplexity.loss(network, next, 0, ids[i][0], before[i]);
            }
        }
        session.feed(ids, (i, first, logits) -> {
            int place = first - before[i];
            for (int row = 0; row < logits.dim(0) && place + row + 1 < ids[i].length; row++) {
                int id = ids[i][place + row + 1];
                logs[i][from + place + row + 1] = -Perplexity.loss(network, logits, row, id, first + row + 1);
            }
        });
    }

    private Scored of(EncodedText text, double[] logs) {
        double sum = 0;
        long count = 0;
        for (double log : logs) {
            if (!Double.isNaN(log)) {
                sum -= log;
                count++;
            }
        }
        return new Scored(count, sum / count, everyToken ? text.ids() : null, everyToken ? logs : null);
    }
}
