package io.deltarule.models.inference;

import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The two plans of a network, body and head, and the memory for the rows between them, all allocated once. */
final class NetworkPlans implements AutoCloseable {
    private final Placement placement;
    private final Network network;
    private final SessionOptions options;
    private final Arena arena = Arena.ofShared();
    private final LayerPlan body;
    private final LayerPlan head;
    private final MemorySegment ids;
    private final MemorySegment rows;

    NetworkPlans(Placement placement, Network network, SessionOptions options) {
        this.placement = placement;
        this.network = network;
        this.options = options;
        boolean made = false;
        try {
            this.ids = arena.allocate((long) options.piece() * Float.BYTES, 64);
            this.rows = arena.allocate((long) options.piece() * network.hidden() * Float.BYTES, 64);
            int context = network.positions(options.maxContext());
            List<LayerPlan> plans = LayerEngine.of(placement.engine())
                    .plans(List.of(
                            spec(network.body(), options.piece(), options.sequences(), context),
                            spec(network.head(), options.logitRows(), 1, options.logitRows())));
            this.body = plans.getFirst();
            this.head = plans.getLast();
            made = true;
        } finally {
            if (!made) {
                arena.close();
            }
        }
    }

    private LayerSpec spec(LayerProgram program, int maxTokens, int sequences, int maxContext) {
        return LayerSpec.of(program, network.weights(), maxTokens, sequences, maxContext)
                .onDevice(placement.device())
                .withStorage(placement.storage())
                .withForm(options.form())
                .withChunkSize(options.chunkSize());
    }

    /** The body's plan, which carries the state. */
    LayerPlan body() {
        return body;
    }

    /**
     * Runs the body over tokens that fit one piece.
     *
     * @param lengths tokens per sequence
     * @param tokens theirs, one sequence after the other
     * @return their hidden rows, which the next call overwrites
     */
    Tensor run(int[] lengths, int[] tokens) {
        return run(lengths, tokens, null);
    }

    /**
     * The same of which some rows are wanted.
     *
     * @param wanted tokens of the piece, or null for all
     * @return their hidden rows, which the next call overwrites
     */
    Tensor run(int[] lengths, int[] tokens, int[] wanted) {
        Tensor in = Tensor.view(ids.asSlice(0, (long) tokens.length * Float.BYTES), tokens.length, 1);
        for (int i = 0; i < tokens.length; i++) {
            in.set(i, tokens[i]);
        }
        Tensor out = rows(rows, wanted == null ? tokens.length : wanted.length);
        try {
            if (wanted == null) {
                body.run(lengths, List.of(in), List.of(out));
            } else {
                body.run(lengths, List.of(in), wanted, List.of(out));
            }
        } catch (NumericException e) {
            throw network.explained(e);
        }
        return out;
    }

    private Tensor rows(MemorySegment memory, int count) {
        long row = (long) network.hidden() * Float.BYTES;
        return Tensor.view(memory.asSlice(0, count * row), count, network.hidden());
    }

    /** Rows [from, from + count) of hidden rows. */
    static Tensor slice(Tensor rows, int from, int count) {
        long row = (long) rows.dim(1) * Float.BYTES;
        return Tensor.view(rows.data().asSlice(from * row, count * row), count, rows.dim(1));
    }

    /**
     * Runs the head.
     *
     * @param hidden at most as many rows as the options allow
     * @param logits as many, overwritten
     */
    void logits(Tensor hidden, Tensor logits) {
        head.reset(); // The head carries nothing, but its position counts rows and would reach the plan's end.
        head.run(new int[] {hidden.dim(0)}, List.of(hidden), List.of(logits));
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            body.close();
            head.close();
            arena.close();
        }
    }
}
