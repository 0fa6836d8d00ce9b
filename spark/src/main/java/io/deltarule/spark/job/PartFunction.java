package io.deltarule.spark.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.models.corpus.CorpusOptions;
import io.deltarule.models.corpus.CorpusText;
import io.deltarule.models.corpus.Outcome;
import io.deltarule.spark.ModelConfig;
import io.deltarule.spark.TextFunction;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * Computes the rows of some parts, in their order, and writes each part's files as soon as it is whole.
 *
 * @param <R> the kind of result
 */
final class PartFunction<R> implements VoidFunction<Iterator<Tuple2<RowPlace, SourceRow>>> {
    /** How far the job is, for whoever watches. */
    record Counts(LongAccumulator rows, LongAccumulator rejected, LongAccumulator tokens)
            implements java.io.Serializable {}

    /**
     * What all rows have in common.
     *
     * @param prefix what comes before all texts, or null
     * @param rowsPerPart of one file of results
     * @param files the input files' names, by their numbers
     */
    record Common(String prefix, int rowsPerPart, List<String> files) implements java.io.Serializable {}

    private final ModelConfig model;
    private final CorpusOptions options;
    private final JobTask<R> task;
    private final Common common;
    private final OutputFolder output;
    private final Counts counts;

    PartFunction(
            ModelConfig model,
            CorpusOptions options,
            JobTask<R> task,
            Common common,
            OutputFolder output,
            Counts counts) {
        this.model = model;
        this.options = options;
        this.task = task;
        this.common = common;
        this.output = output;
        this.counts = counts;
    }

    @Override
    public void call(Iterator<Tuple2<RowPlace, SourceRow>> rows) throws IOException {
        Given given = new Given(rows);
        Iterator<Outcome<R>> outcomes = new TextFunction<>(model, task.task(), options).call(given);
        try (Parts parts = new Parts()) {
            boolean more = true;
            while (more) {
                while (given.answered()) {
                    parts.add(given.take());
                }
                more = outcomes.hasNext(); // reads rows: bad ones at the end are answered after it
                if (more) {
                    given.answer(outcomes.next());
                }
            }
            while (given.answered()) {
                parts.add(given.take());
            }
            if (given.waits()) {
                throw new IllegalStateException("expected an outcome for every row but found fewer");
            }
            parts.finish();
        }
    }

    private String line(Answer<R> answer) {
        ObjectNode line = JobConfig.JSON
                .createObjectNode()
                .put("file", common.files().get(answer.place.shard()))
                .put("row", answer.place.row());
        if (answer.row.id() != null) {
            line.put("id", answer.row.id());
        }
        if (answer.problem != null) {
            line.put("problem", answer.problem).put("text", answer.row.text());
        } else {
            task.writer().write(answer.result, line);
        }
        return line.toString();
    }

    /** The files of the part that is being written, and of no other. */
    private final class Parts implements AutoCloseable {
        private RowPlace.Part part;
        private PendingFile results;
        private PendingFile rejected;

        void add(Answer<R> answer) throws IOException {
            RowPlace.Part of = answer.place.part(common.rowsPerPart());
            if (!of.equals(part)) {
                finish();
                part = of;
                results = new PendingFile(output, output.path(OutputFolder.RESULTS, of.file()));
            }
            if (answer.problem != null && rejected == null) {
                rejected = new PendingFile(output, output.path(OutputFolder.REJECTED, of.file()));
            }
            (answer.problem == null ? results : rejected).add(line(answer));
            counts.rows().add(1);
            counts.tokens().add(answer.tokens);
            counts.rejected().add(answer.problem == null ? 0 : 1);
        }

        /** The results come last: their being there says that the part is done. */
        void finish() throws IOException {
            if (rejected != null) {
                rejected.appear();
            }
            if (results != null) {
                results.appear();
            }
            rejected = null;
            results = null;
        }

        @Override
        public void close() throws IOException {
            if (rejected != null) {
                rejected.close();
            }
            if (results != null) {
                results.close();
            }
        }
    }

    /** A row and what became of it. */
    private static final class Answer<R> {
        private final RowPlace place;
        private final SourceRow row;
        private R result;
        private String problem;
        private long tokens;
        private boolean known;

        Answer(RowPlace place, SourceRow row) {
            this.place = place;
            this.row = row;
            this.problem = row.problem();
            this.known = problem != null;
        }
    }

    /** Hands out the texts of rows that have one, and keeps all rows in their order until they are answered. */
    private final class Given implements Iterator<CorpusText> {
        private final Iterator<Tuple2<RowPlace, SourceRow>> rows;
        private final Queue<Answer<R>> waiting = new ArrayDeque<>();
        private CorpusText next;

        Given(Iterator<Tuple2<RowPlace, SourceRow>> rows) {
            this.rows = rows;
        }

        @Override
        public boolean hasNext() {
            while (next == null && rows.hasNext()) {
                Tuple2<RowPlace, SourceRow> row = rows.next();
                waiting.add(new Answer<>(row._1(), row._2()));
                if (row._2().problem() == null) {
                    next = new CorpusText(
                            row._2().text(), prefix(row._2()), row._2().key());
                }
            }
            return next != null;
        }

        private String prefix(SourceRow row) {
            return row.prefix() == null ? common.prefix() : row.prefix();
        }

        @Override
        public CorpusText next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            CorpusText handedOut = next;
            next = null;
            return handedOut;
        }

        boolean waits() {
            return !waiting.isEmpty();
        }

        boolean answered() {
            return waits() && waiting.peek().known;
        }

        Answer<R> take() {
            return waiting.remove();
        }

        /** For the first row that is not answered. */
        void answer(Outcome<R> outcome) {
            for (Answer<R> row : waiting) {
                if (!row.known) {
                    row.known = true;
                    row.result = outcome.result();
                    row.problem = outcome.problem();
                    row.tokens = outcome.tokens();
                    return;
                }
            }
            throw new IllegalStateException("expected a row for every outcome but found none");
        }
    }
}
