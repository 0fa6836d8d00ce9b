package io.deltarule.spark;

import io.deltarule.models.corpus.CorpusModel;
import io.deltarule.models.corpus.CorpusOptions;
import io.deltarule.models.corpus.CorpusRunner;
import io.deltarule.models.corpus.CorpusTask;
import io.deltarule.models.corpus.CorpusText;
import io.deltarule.models.corpus.Outcome;
import io.deltarule.models.corpus.PrefixStates;
import io.deltarule.models.inference.LanguageModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What one process without Spark computes: what everything else is compared with. */
public final class OneProcess {
    private OneProcess() {}

    public static <R> List<Outcome<R>> outcomes(
            Path model, CorpusTask<R> task, CorpusOptions options, List<CorpusText> texts) {
        List<Outcome<R>> outcomes = new ArrayList<>();
        try (LanguageModel opened = CorpusModel.open(model, 1);
                CorpusRunner<R> runner = new CorpusRunner<>(opened, task, options, new PrefixStates(1 << 20))) {
            runner.run(texts.iterator()).forEachRemaining(outcomes::add);
        }
        return outcomes;
    }
}
