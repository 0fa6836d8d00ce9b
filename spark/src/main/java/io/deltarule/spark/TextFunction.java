package io.deltarule.spark;

import io.deltarule.models.corpus.CorpusOptions;
import io.deltarule.models.corpus.CorpusRunner;
import io.deltarule.models.corpus.CorpusTask;
import io.deltarule.models.corpus.CorpusText;
import io.deltarule.models.corpus.Outcome;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.TaskCompletionListener;

/**
 * What a partition's texts give, for {@code JavaRDD.mapPartitions}: as many outcomes as there are texts, in their order.
 *
 * <p>The model is given back and buffers are freed when the texts are at their end, or when the task is over.
 *
 * @param <R> the kind of result
 */
public final class TextFunction<R> implements FlatMapFunction<Iterator<CorpusText>, Outcome<R>> {
    private final ModelConfig model;
    private final CorpusTask<R> task;
    private final CorpusOptions options;

    /**
     * A function that Spark sends to executors.
     *
     * @param model which model, and on what it runs
     * @param task what is computed of each text
     * @param options how texts are packed
     */
    public TextFunction(ModelConfig model, CorpusTask<R> task, CorpusOptions options) {
        this.model = model;
        this.task = task;
        this.options = options;
    }

    @Override
    public Iterator<Outcome<R>> call(Iterator<CorpusText> texts) {
        if (!texts.hasNext()) {
            return java.util.Collections.emptyIterator(); // an empty partition opens no model
        }
        Computation<R> computation = new Computation<>(SharedModel.lease(model), task, options);
        TaskContext context = TaskContext.get();
        if (context != null) {
            context.addTaskCompletionListener((TaskCompletionListener) over -> computation.close());
        }
        return computation.over(texts);
    }

    /** A lease, and what computes with it. */
    private static final class Computation<R> {
        private final SharedModel.Lease lease;
        private final CorpusRunner<R> runner;
        private boolean closed;

        Computation(SharedModel.Lease lease, CorpusTask<R> task, CorpusOptions options) {
            this.lease = lease;
            this.runner = new CorpusRunner<>(lease.model(), task, options, lease.prefixes());
        }

        Iterator<Outcome<R>> over(Iterator<CorpusText> texts) {
            Iterator<Outcome<R>> outcomes = runner.run(texts);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    boolean more = outcomes.hasNext();
                    if (!more) {
                        close();
                    }
                    return more;
                }

                @Override
                public Outcome<R> next() {
                    return outcomes.next();
                }
            };
        }

        synchronized void close() {
            if (!closed) {
                closed = true;
                runner.close();
                lease.close();
            }
        }
    }
}
