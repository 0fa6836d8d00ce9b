package io.deltarule.models.inference;

import com.sun.management.OperatingSystemMXBean;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences of one model, side by side, with everything that they carry. Tokens are fed in pieces of bounded size, delta
 * layers chunkwise; a single token per sequence runs recurrently. A delta layer takes the same memory whatever the context.
 * Where a model has memory tokens, every sequence begins with what they leave; they are no part of its ids, its length or its context.
 *
 * <p>A sequence's state can be taken out ({@link #state}), put back here or elsewhere ({@link #restore}), forked and rolled
 * back. One thread uses a session at a time. Close it before its model.
 */
public final class Session implements AutoCloseable {
    /** Takes logits as they are computed. */
    @FunctionalInterface
    public interface LogitRows {
        /**
         * Some rows.
         *
         * @param first the place of the first row's token in its sequence
         * @param logits [rows, vocabulary], for the tokens that come next; overwritten by the next rows
         */
        void accept(int first, Tensor logits);
    }

    /** Takes logits of several sequences as they are computed. */
    @FunctionalInterface
    public interface SequenceRows {
        /**
         * Some rows of one sequence.
         *
         * @param sequence which
         * @param first the place of the first row's token in its sequence
         * @param logits [rows, vocabulary], for the tokens that come next; overwritten by the next rows
         */
        void accept(int sequence, int first, Tensor logits);
    }

    private final Placement placement;
    private final Network network;
    private final SessionOptions options;
    private final ModelState.Beginnings beginnings;
    private final ModelState beginning;
    private final NetworkPlans forward;
    private final StateLayout layout;
    private final Arena arena = Arena.ofShared();
    private final Tensor logits; // [logitRows, vocabulary]
    private final Tensor[] next; // per sequence [vocabulary]; null before the first token
    private final Tensor[] hidden; // per sequence, the row that its logits were read from; null where it is not known
    private final TokenHistory[] histories;
    private final List<CheckpointRing> checkpoints = new ArrayList<>();

    Session(Placement placement, Network network, SessionOptions options, ModelState.Beginnings beginnings) {
        this.placement = placement;
        this.network = network;
        this.options = options;
        this.beginnings = beginnings;
        this.layout = new StateLayout(network.body(), network.positions(options.maxContext()));
        checkMemory();
        this.next = new Tensor[options.sequences()];
        this.hidden = new Tensor[options.sequences()];
        this.histories = new TokenHistory[options.sequences()];
        for (int i = 0; i < histories.length; i++) {
            histories[i] = new TokenHistory();
            checkpoints.add(new CheckpointRing(options.checkpoints()));
        }
        try {
            this.logits = Tensor.allocate(arena, options.logitRows(), network.vocabulary());
            this.forward = new NetworkPlans(placement, network, options);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        try {
            this.beginning = beginnings.of(network, options, layout, this::readMemoryTokens);
            begin();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** What the memory tokens leave, read by the first sequence. */
    private List<Tensor> readMemoryTokens() {
        int[] ids = network.memoryIds();
        for (int from = 0; from < ids.length; from += options.piece()) {
            int[] piece = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + options.piece()));
            int[] lengths = new int[options.sequences()];
            lengths[0] = piece.length;
            forward.run(lengths, piece, new int[0]);
        }
        return layout.take(forward.body().saveState(), 0, ids.length);
    }

    /** Puts all sequences where the memory tokens leave them. */
    private void begin() {
        if (network.memoryTokens() > 0) {
            List<Tensor> carried = new ArrayList<>();
            forward.body().spec().carried().forEach(shape -> carried.add(Tensor.zeros(shape)));
            int[] positions = new int[options.sequences()];
            for (int i = 0; i < positions.length; i++) {
                layout.put(beginning.tensors(), carried, i);
                positions[i] = network.memoryTokens();
            }
            forward.body().loadState(carried, positions);
        }
    }

    /** Refuses a context whose caches cannot fit this machine, before any of them is allocated. */
    private void checkMemory() {
        double caches = (double) options.sequences() * layout.cacheBytes(network.positions(options.maxContext()));
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        if (caches > memory / 2.0) {
            throw new InvalidInputException("context: expected key/value caches that fit half of this machine's "
                    + (memory >> 20) + " MiB but " + options.sequences() + " of " + options.maxContext()
                    + " tokens need " + (long) (caches / (1 << 20)) + " MiB; take a smaller maxContext");
        }
    }

    /** Its capacities. */
    public SessionOptions options() {
        return options;
    }

    /** The model that it runs. */
    public Network network() {
        return network;
    }

    /** How many tokens a sequence has had. */
    public int length(int sequence) {
        return histories[sequence].length();
    }

    /** The tokens that a sequence has had (a copy). */
    public int[] ids(int sequence) {
        return histories[sequence].ids();
    }

    /**
     * The logits for a sequence's next token, [vocabulary]; changed by the next call that feeds it.
     *
     * @throws IllegalStateException if it has had no token yet
     */
    public Tensor logits(int sequence) {
        if (length(sequence) == 0) {
            throw new IllegalStateException("sequence " + sequence + " has had no token yet; feed it first");
        }
        return next[sequence];
    }

    /**
     * The hidden row after a sequence's last token (a copy), normed, from which its logits were read.
     *
     * @throws IllegalStateException if no token was fed since the sequence's beginning, or since a state was put back
     */
    public float[] hidden(int sequence) {
        if (hidden[sequence] == null) {
            throw new IllegalStateException("sequence " + sequence
                    + " has had no token since its beginning or a restored state; feed it first");
        }
        return hidden[sequence].toArray();
    }

    /**
     * Feeds tokens and computes the logits after the last of each sequence.
     *
     * @param ids one array for each sequence, empty where it brings nothing
     * @throws InvalidInputException if an id is outside the vocabulary, or a sequence outgrows its context; nothing is fed
     */
    public void feed(int[]... ids) {
        check(ids);
        advance(ids, true);
    }

    private void advance(int[][] ids, boolean readOut) {
        int[] done = new int[ids.length];
        for (int[] lengths = piece(ids, done); Arrays.stream(lengths).sum() > 0; lengths = piece(ids, done)) {
            int end = 0;
            List<Integer> wanted = new ArrayList<>();
            List<Integer> rows = new ArrayList<>();
            for (int i = 0; i < ids.length; i++) {
                end += lengths[i];
                boolean over = readOut && done[i] + lengths[i] == ids[i].length;
                if (lengths[i] > 0 && (over || checkpoints.get(i).due(length(i) + lengths[i]))) {
                    wanted.add(i);
                    rows.add(end - 1);
                }
            }
            Tensor last = run(
                    ids,
                    done,
                    lengths,
                    rows.stream().mapToInt(Integer::intValue).toArray());
            readOut(wanted, last);
            for (int i : wanted) {
                if (checkpoints.get(i).due(length(i))) {
                    checkpoint(i);
                }
            }
        }
    }

    /** The head over the last rows of some sequences. */
    private void readOut(List<Integer> sequences, Tensor last) {
        if (!sequences.isEmpty()) {
            Tensor block = NetworkPlans.slice(logits, 0, sequences.size());
            forward.logits(last, block);
            for (int row = 0; row < sequences.size(); row++) {
                remember(sequences.get(row), NetworkPlans.slice(block, row, 1), NetworkPlans.slice(last, row, 1));
            }
        }
    }

    /**
     * Feeds tokens to the only sequence and hands out the logits after each of them.
     *
     * @param ids the tokens
     * @param to takes the rows, in order
     */
    public void feed(int[] ids, LogitRows to) {
        feed(new int[][] {ids}, (sequence, first, logits) -> to.accept(first, logits));
    }

    /**
     * Feeds tokens to all sequences and hands out the logits after each of them.
     *
     * @param ids one array for each sequence, empty where it brings nothing
     * @param to takes the rows, a sequence's in order
     */
    public void feed(int[][] ids, SequenceRows to) {
        check(ids);
        int[] done = new int[ids.length];
        for (int[] lengths = piece(ids, done); Arrays.stream(lengths).sum() > 0; lengths = piece(ids, done)) {
            Tensor rows = run(ids, done, lengths, null);
            int begin = 0;
            for (int i = 0; i < ids.length; i++) {
                if (lengths[i] > 0) {
                    handOut(i, NetworkPlans.slice(rows, begin, lengths[i]), to);
                }
                begin += lengths[i];
            }
        }
    }

    /** The head over all of a sequence's last rows, in blocks. */
    private void handOut(int sequence, Tensor rows, SequenceRows to) {
        int first = length(sequence) - rows.dim(0);
        for (int from = 0; from < rows.dim(0); from += options.logitRows()) {
            int count = Math.min(options.logitRows(), rows.dim(0) - from);
            Tensor block = NetworkPlans.slice(logits, 0, count);
            forward.logits(NetworkPlans.slice(rows, from, count), block);
            remember(sequence, NetworkPlans.slice(block, count - 1, 1), NetworkPlans.slice(rows, from + count - 1, 1));
            to.accept(sequence, first + from, block);
        }
    }

    private void check(int[][] ids) {
        if (ids.length != options.sequences()) {
            throw new InvalidInputException("ids: expected one array for each of " + options.sequences()
                    + " sequences but found " + ids.length);
        }
        for (int i = 0; i < ids.length; i++) {
            network.checkIds("ids", ids[i]);
            if ((long) length(i) + ids[i].length > options.maxContext()) {
                throw new InvalidInputException("context: expected at most " + options.maxContext()
                        + " tokens in a sequence but it has had " + length(i) + " and " + ids[i].length
                        + " more were given; shorten the text, or make a session with a larger maxContext");
            }
        }
    }

    /** The next run's lengths: as many tokens as fit a piece, the first sequences first. */
    private int[] piece(int[][] ids, int[] done) {
        int[] lengths = new int[ids.length];
        int room = options.piece();
        for (int i = 0; i < ids.length; i++) {
            lengths[i] = Math.min(room, ids[i].length - done[i]);
            room -= lengths[i];
        }
        return lengths;
    }

    /** @param wanted of whose tokens the hidden rows are wanted, or null for all */
    private Tensor run(int[][] ids, int[] done, int[] lengths, int[] wanted) {
        int[] packed = new int[Arrays.stream(lengths).sum()];
        int at = 0;
        for (int i = 0; i < ids.length; i++) {
            System.arraycopy(ids[i], done[i], packed, at, lengths[i]);
            at += lengths[i];
        }
        Tensor rows = forward.run(lengths, packed, wanted);
        for (int i = 0; i < ids.length; i++) {
            if (lengths[i] > 0) {
                histories[i].append(ids[i], done[i], lengths[i]);
                done[i] += lengths[i];
            }
        }
        return rows;
    }

    private void remember(int sequence, Tensor row, Tensor from) {
        if (next[sequence] == null) {
            next[sequence] = Tensor.allocate(arena, network.vocabulary());
        }
        next[sequence].copyFrom(row);
        if (from == null) {
            hidden[sequence] = null;
        } else {
            hidden[sequence] = Tensor.zeros(network.hidden()).copyFrom(from);
        }
    }

    /** Copies everything that a sequence carries. */
    public ModelState state(int sequence) {
        return state(sequence, forward.body().saveState());
    }

    private ModelState state(int sequence, List<Tensor> carried) {
        Tensor logitsThere = null;
        if (length(sequence) > 0) {
            logitsThere = Tensor.allocate(Arena.ofAuto(), network.vocabulary()).copyFrom(next[sequence]);
        }
        return new ModelState(
                network.fingerprint(),
                histories[sequence].copy(),
                logitsThere,
                layout.take(carried, sequence, network.positions(length(sequence))));
    }

    /**
     * Puts a sequence where a state says; the others stay as they are.
     *
     * @param sequence which
     * @param state of the same model, from any session or file
     * @throws InvalidInputException if it is another model's, or longer than this session's context
     */
    public void restore(int sequence, ModelState state) {
        checkFits(state);
        checkpoints.get(sequence).dropAfter(0);
        replace(sequence, state);
    }

    private void checkFits(ModelState state) {
        if (!state.fingerprint().equals(network.fingerprint())) {
            throw new InvalidInputException("state: expected one of the model " + network.fingerprint()
                    + " but found one of " + state.fingerprint() + "; restore it into the model that it came from");
        }
        if (state.length() > options.maxContext()) {
            throw new InvalidInputException("context: expected a state of at most " + options.maxContext()
                    + " tokens but found one of " + state.length() + "; make a session with a larger maxContext");
        }
    }

    private void replace(int sequence, ModelState state) {
        List<Tensor> carried;
        if (options.sequences() == 1) {
            // All of the plan's state is replaced, so it need not be read: after a failed run it may be undefined.
            carried = new ArrayList<>();
            forward.body().spec().carried().forEach(shape -> carried.add(Tensor.zeros(shape)));
        } else {
            carried = forward.body().saveState();
        }
        layout.put(state.tensors(), carried, sequence);
        int[] positions = forward.body().positions();
        positions[sequence] = network.positions(state.length());
        forward.body().loadState(carried, positions);
        histories[sequence] = state.history().copy();
        hidden[sequence] = null;
        if (state.logits() != null) {
            remember(sequence, state.logits(), null);
        }
    }

    /**
     * Puts the first sequences where states say, and the others at their beginning. For many sequences it is much cheaper than one
     * after the other.
     *
     * @param states at most one for each sequence; null for the beginning
     * @throws InvalidInputException if one is another model's, or longer than this session's context
     */
    public void restore(List<ModelState> states) {
        List<ModelState> all = new ArrayList<>(states);
        while (all.size() < options.sequences()) {
            all.add(null);
        }
        all.replaceAll(state -> state == null ? beginning : state);
        all.forEach(this::checkFits);
        if (network.memoryTokens() == 0 && all.stream().allMatch(state -> state == beginning)) {
            forward.body().reset();
        } else {
            try (Arena loading = Arena.ofShared()) {
                List<Tensor> carried = new ArrayList<>();
                forward.body().spec().carried().forEach(shape -> carried.add(Tensor.allocate(loading, shape)));
                int[] positions = new int[all.size()];
                for (int i = 0; i < positions.length; i++) {
                    layout.put(all.get(i).tensors(), carried, i);
                    positions[i] = network.positions(all.get(i).length());
                }
                forward.body().loadState(carried, positions);
            }
        }
        for (int i = 0; i < all.size(); i++) {
            checkpoints.get(i).dropAfter(0);
            histories[i] = all.get(i).history().copy();
            hidden[i] = null;
            if (all.get(i).logits() != null) {
                remember(i, all.get(i).logits(), null);
            }
        }
    }

    /** Copies everything that the first sequences carry, at the cost of one copy of the plan's state. */
    public List<ModelState> states(int count) {
        List<Tensor> carried = forward.body().saveState();
        List<ModelState> states = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            states.add(state(i, carried));
        }
        return states;
    }

    /** Puts a sequence back to its beginning. */
    public void reset(int sequence) {
        restore(sequence, beginning);
    }

    /**
     * Another session in the same state that goes its own way from here. It has buffers of its own: to try several
     * continuations of one prefix again and again, keep the prefix's {@link #state} and {@link #restore} it.
     *
     * @return to be closed by the caller
     */
    public Session fork() {
        Session copy = new Session(placement, network, options, beginnings);
        try {
            copy.forward
                    .body()
                    .loadState(forward.body().saveState(), forward.body().positions());
        } catch (RuntimeException | Error e) {
            copy.close();
            throw e;
        }
        for (int i = 0; i < histories.length; i++) {
            copy.histories[i] = histories[i].copy();
            copy.checkpoints.set(i, checkpoints.get(i).copy());
            if (next[i] != null) {
                copy.remember(i, next[i], hidden[i]);
            }
        }
        return copy;
    }

    /**
     * Keeps a copy of a sequence's state, so that {@link #rollback} to here or a little further replays little. Speculative
     * decoding calls it before it feeds a draft.
     */
    public void checkpoint(int sequence) {
        checkpoints.get(sequence).add(state(sequence));
    }

    /**
     * Takes back a sequence's last tokens. A delta state cannot be computed backwards: the nearest checkpoint before the
     * target is put back and the tokens from there are fed again, in the runs in which they were fed at first; without a
     * checkpoint from the beginning. So the cost is one copy of the state and the tokens since the checkpoint, and the
     * result equals, bit for bit on an engine that keeps states in float32, what it was then, unless the target lies
     * within a run.
     *
     * @param sequence which
     * @param tokens how many, from 0 to its length
     */
    public void rollback(int sequence, int tokens) {
        int target = length(sequence) - tokens;
        if (tokens < 0 || target < 0) {
            throw new InvalidInputException("rollback: expected 0 to " + length(sequence)
                    + " tokens, the sequence's length, but found " + tokens);
        }
        if (tokens == 0) {
            return;
        }
        TokenHistory whole = histories[sequence];
        CheckpointRing kept = checkpoints.get(sequence);
        kept.dropAfter(target);
        replace(sequence, kept.latest().orElse(beginning));
        for (int place = length(sequence); place < target; place = length(sequence)) {
            int[][] ids = new int[options.sequences()][0];
            ids[sequence] = whole.ids(place, whole.nextEnd(place, target));
            advance(ids, place + ids[sequence].length == target);
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            forward.close();
            arena.close();
        }
    }
}
