package io.deltarule.models.corpus;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.models.inference.LanguageModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;

/**
 * Computes something of every text that comes, in their order. Texts that fit one run together are computed together; what is wrong with one
 * of them is its own outcome and nobody else's.
 *
 * <p>On an engine that is {@linkplain io.deltarule.core.DeltaEngine#batchInvariant batch invariant} each outcome is the same, bit for bit, whatever
 * texts come before, beside and after, as long as model, task, piece and context are the same.
 *
 * <p>One thread uses a runner at a time; several runners may share a model.
 *
 * @param <R> the kind of result
 */
public final class CorpusRunner<R> implements AutoCloseable {
    private final CorpusTask<R> task;
    private final CorpusOptions options;
    private final RunReader reader;
    private final TextEncoder encoder;

    /**
     * Makes one; buffers are made when first needed.
     *
     * @param model not closed by this
     * @param task what is computed
     * @param options how texts are packed
     * @param prefixes shared by all runners of this model with these options
     */
    public CorpusRunner(LanguageModel model, CorpusTask<R> task, CorpusOptions options, PrefixStates prefixes) {
        this.task = task;
        this.options = options;
        this.reader = new RunReader(model, options, task, prefixes);
        this.encoder = new TextEncoder(model, task, reader);
    }

    /**
     * The outcomes, computed as they are asked for.
     *
     * @param texts read ahead as far as one run holds
     * @return as many as there are texts, in their order
     * @throws InvalidInputException if the model has no tokenizer
     * @throws io.deltarule.core.EngineUnavailableException if this machine cannot run the library that reads it
     */
    public Iterator<Outcome<R>> run(Iterator<CorpusText> texts) {
        reader.model().tokenizer(); // the model's fault, and no text's
        return new Outcomes(texts);
    }

    /** One text: its tokens, or what is wrong with it. */
    private record Entry(EncodedText text, String problem) {}

    private Entry entry(CorpusText text) {
        try {
            return new Entry(encoder.encode(text), null);
        } catch (InvalidInputException e) {
            return new Entry(null, e.getMessage());
        }
    }

    private List<Outcome<R>> computed(List<EncodedText> texts) {
        try {
            List<R> results = task.run(reader, texts);
            List<Outcome<R>> outcomes = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                outcomes.add(new Outcome<>(results.get(i), null, texts.get(i).ids().length));
            }
            return outcomes;
        } catch (NumericException e) {
            if (texts.size() == 1) {
                return List.of(Outcome.bad(e.getMessage()));
            }
            // The run failed as a whole: alone, the others get what they would have got together.
            return texts.stream()
                    .flatMap(text -> computed(List.of(text)).stream())
                    .toList();
        }
    }

    @Override
    public void close() {
        reader.close();
    }

    private final class Outcomes implements Iterator<Outcome<R>> {
        private final Iterator<CorpusText> texts;
        private final Queue<Outcome<R>> ready = new ArrayDeque<>();
        private Entry next; // read, but it did not fit the run before

        Outcomes(Iterator<CorpusText> texts) {
            this.texts = texts;
        }

        @Override
        public boolean hasNext() {
            return !ready.isEmpty() || next != null || texts.hasNext();
        }

        @Override
        public Outcome<R> next() {
            if (ready.isEmpty()) {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                computeRun();
            }
            return ready.remove();
        }

        private Entry read() {
            Entry read = next == null ? entry(texts.next()) : next;
            next = null;
            return read;
        }

        /** Takes texts as long as they fit one run, bad ones between them included, and computes it. */
        private void computeRun() {
            List<Entry> entries = new ArrayList<>();
            List<EncodedText> run = new ArrayList<>();
            int tokens = 0;
            while (next != null || texts.hasNext()) {
                Entry entry = read();
                if (entry.text() != null) {
                    if (!run.isEmpty() && !fits(entry.text(), run, tokens)) {
                        next = entry;
                        break;
                    }
                    run.add(entry.text());
                    tokens += entry.text().ids().length;
                }
                entries.add(entry);
            }
            Iterator<Outcome<R>> outcomes = run.isEmpty()
                    ? List.<Outcome<R>>of().iterator()
                    : computed(run).iterator();
            for (Entry entry : entries) {
                ready.add(entry.text() == null ? Outcome.bad(entry.problem()) : outcomes.next());
            }
        }

        private boolean fits(EncodedText text, List<EncodedText> run, int tokens) {
            return run.size() < options.sequences()
                    && reader.packs(text)
                    && reader.packs(run.getFirst())
                    && (task.added() > 0 // the sequences go on together, so they are read in several runs
                            || tokens + text.ids().length
                                    <= options.pieceOf(reader.model().network()));
        }
    }
}
