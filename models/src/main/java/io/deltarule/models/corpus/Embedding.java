package io.deltarule.models.corpus;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Each text as a vector.
 *
 * @param of which numbers
 * @param layer of a state: which delta rule's, from 0 in the model's order, or {@value #ALL_LAYERS} for all of them, one after the other
 */
public record Embedding(Kind of, int layer) implements CorpusTask<float[]> {
    /** All delta rules' states. */
    public static final int ALL_LAYERS = -1;

    /** What a vector is made of. */
    public enum Kind {
        /** The normed hidden row after the last token, from which the next would be read. */
        HIDDEN,
        /** The delta states after the last token, [HV, K, V] row-major. */
        STATE;

        /**
         * The kind of that name.
         *
         * @throws InvalidInputException if there is none
         */
        public static Kind named(String name) {
            for (Kind kind : values()) {
                if (kind.id().equals(name)) {
                    return kind;
                }
            }
            throw new InvalidInputException("embedding: expected hidden or state but found '" + name + "'");
        }

        /** Its name on the command line. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Checks the layer.
     *
     * @throws InvalidInputException if there cannot be one of that number
     */
    public Embedding {
        if (layer < ALL_LAYERS) {
            throw new InvalidInputException(
                    "layer: expected 0 or more, or " + ALL_LAYERS + " for all, but found " + layer);
        }
    }

    @Override
    public int least(boolean prefixed) {
        return 1;
    }

    @Override
    public List<float[]> run(RunReader reader, List<EncodedText> texts) {
        Session session = reader.begin(texts);
        reader.feed(session, texts);
        List<float[]> vectors = new ArrayList<>();
        if (of == Kind.HIDDEN) {
            for (int i = 0; i < texts.size(); i++) {
                vectors.add(session.hidden(i));
            }
        } else {
            for (ModelState state : session.states(texts.size())) {
                vectors.add(joined(state.deltas(session.network())));
            }
        }
        return vectors;
    }

    private float[] joined(List<float[]> deltas) {
        if (deltas.isEmpty() || layer >= deltas.size()) {
            throw new InvalidInputException("layer: expected one of this model's " + deltas.size()
                    + " delta rules but found " + (layer == ALL_LAYERS ? "a wish for all of them" : "layer " + layer)
                    + (deltas.isEmpty() ? "; take its hidden rows" : ""));
        }
        if (layer != ALL_LAYERS) {
            return deltas.get(layer);
        }
        float[] all = new float[deltas.stream().mapToInt(delta -> delta.length).sum()];
        int at = 0;
        for (float[] delta : deltas) {
            System.arraycopy(delta, 0, all, at, delta.length);
            at += delta.length;
        }
        return all;
    }
}
