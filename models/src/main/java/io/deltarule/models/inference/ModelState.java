package io.deltarule.models.inference;

import io.deltarule.core.Form;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Everything that one sequence carries after its tokens so far: delta states, convolution tails, key/value caches as far
 * as they are filled, the ids, and the logits for the token that comes next. It does not change, and belongs to no session:
 * any session of the same model can take it up, any number of times, on any engine.
 *
 * <p>Its size is constant for delta layers, and grows with the tokens for softmax attention.
 */
public final class ModelState {
    private final String fingerprint;
    private final TokenHistory history;
    private final Tensor logits;
    private final List<Tensor> tensors;
    private final Map<String, String> notes;

    ModelState(String fingerprint, TokenHistory history, Tensor logits, List<Tensor> tensors) {
        this(fingerprint, history, logits, tensors, Map.of());
    }

    private ModelState(
            String fingerprint, TokenHistory history, Tensor logits, List<Tensor> tensors, Map<String, String> notes) {
        this.fingerprint = fingerprint;
        this.history = history;
        this.logits = logits;
        this.tensors = List.copyOf(tensors);
        this.notes = Map.copyOf(notes);
    }

    /**
     * What sequences begin with, for all sessions of a model: nothing, or what its memory tokens leave. These are read once for each
     * way of reading them, so that what a session says does not depend on which session was there before.
     */
    static final class Beginnings {
        /** How tokens are read. */
        private record Reading(Form form, int chunkSize, int piece) {}

        private final Map<Reading, ModelState> read = new HashMap<>();

        /**
         * The state before the first token.
         *
         * @param reader reads the memory tokens and says what they leave
         */
        synchronized ModelState of(
                Network network, SessionOptions options, StateLayout layout, Supplier<List<Tensor>> reader) {
            if (network.memoryTokens() == 0) {
                return new ModelState(
                        network.fingerprint(),
                        new TokenHistory(),
                        null,
                        layout.shapes(0).stream().map(Tensor::zeros).toList());
            }
            int piece = Math.min(options.piece(), network.memoryTokens());
            Reading how = new Reading(options.form(), options.chunkSize(), piece);
            ModelState state = read.get(how);
            if (state == null) {
                state = new ModelState(network.fingerprint(), new TokenHistory(), null, reader.get());
                read.put(how, state);
            }
            return state;
        }
    }

    /**
     * A state that was computed elsewhere than in a session: from segments of a long sequence, for example.
     *
     * @param network the model
     * @param ids the tokens that it has had
     * @param logits [vocabulary], for the token that comes next
     * @param carried everything that the body's operations carry, in the program's order, in the shapes of one sequence
     * @throws InvalidInputException if a tensor is missing or of another size
     */
    public static ModelState of(Network network, int[] ids, Tensor logits, List<float[]> carried) {
        List<int[]> shapes = new StateLayout(network.body(), network.positions(ids.length)).shapes(ids.length);
        if (shapes.size() != carried.size() || logits.size() != network.vocabulary()) {
            throw new InvalidInputException("state: expected " + shapes.size() + " tensors and " + network.vocabulary()
                    + " logits but found " + carried.size() + " and " + logits.size());
        }
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            tensors.add(Tensor.of(carried.get(i), shapes.get(i)));
        }
        return new ModelState(network.fingerprint(), TokenHistory.of(ids, new int[] {ids.length}), logits, tensors);
    }

    /** The model's fingerprint. */
    public String fingerprint() {
        return fingerprint;
    }

    /** How many tokens it has had. */
    public int length() {
        return history.length();
    }

    /** These tokens (a copy). */
    public int[] ids() {
        return history.ids();
    }

    TokenHistory history() {
        return history;
    }

    /** [vocabulary]; null before the first token. */
    Tensor logits() {
        return logits;
    }

    List<Tensor> tensors() {
        return tensors;
    }

    /** The same with texts that are saved with it and mean nothing to the model, by name; they replace those it had. */
    public ModelState with(Map<String, String> texts) {
        return new ModelState(fingerprint, history, logits, tensors, texts);
    }

    /** What {@link #with} added. */
    public Map<String, String> notes() {
        return notes;
    }

    /** The states of its delta rules (copies), in the model's order, each [HV, K, V] row-major, or with a first axis of levels. */
    public List<float[]> deltas(Network network) {
        List<float[]> deltas = new ArrayList<>();
        List<String> names = new StateLayout(network.body(), network.positions(length())).names();
        for (int i = 0; i < tensors.size(); i++) {
            if (names.get(i).endsWith(".delta")) {
                deltas.add(tensors.get(i).toArray());
            }
        }
        return deltas;
    }

    /** How many bytes it takes. */
    public long bytes() {
        long all = tensors.stream().mapToLong(t -> t.data().byteSize()).sum();
        return all + (logits == null ? 0 : logits.data().byteSize()) + (long) Integer.BYTES * length();
    }

    /**
     * Writes it as a safetensors file, which appears whole or not at all.
     *
     * @throws io.deltarule.loader.SafetensorsException if the operating system refuses
     */
    public void save(Path path, Network network) {
        StateFile.write(path, this, network);
    }

    /**
     * Reads one.
     *
     * @param path written by {@link #save}
     * @param network the model that it must belong to
     * @throws io.deltarule.core.InvalidInputException if it is of another model or version, or damaged
     * @throws io.deltarule.loader.SafetensorsException if it is no safetensors file, or truncated
     */
    public static ModelState load(Path path, Network network) {
        return StateFile.read(path, network);
    }
}
