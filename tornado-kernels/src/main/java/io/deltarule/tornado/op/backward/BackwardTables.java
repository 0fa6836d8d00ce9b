package io.deltarule.tornado.op.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.tornado.graph.RunTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What launches backward learn of a run: its tokens, the chunks of delta rules, and what begins with zeros. */
public final class BackwardTables {
    private final LayerSpec spec;
    private final RunTable tokens;
    private final RunTable carriedBack;
    private final RunTable weights;
    private final Map<List<Integer>, RunTable> chunks = new HashMap<>();
    private boolean earlier;

    public BackwardTables(LayerSpec spec) {
        this.spec = spec;
        tokens = new RunTable(capacity(1, 0, spec.maxTokens()), 0);
        carriedBack = new RunTable(capacity(1, 0, 1), 0);
        weights = new RunTable(capacity(1, 0, 1), 0);
    }

    private DeltaShape capacity(int householders, int levels, int maxTokens) {
        return new DeltaShape(1, maxTokens, 1, 1, 1, 1, householders, spec.sequences(), Gate.NONE).withLevels(levels);
    }

    /** Every token. */
    RunTable tokens() {
        return tokens;
    }

    /** One token where the gradients of what is carried begin with zeros, else none. */
    RunTable carriedBack() {
        return carriedBack;
    }

    /** One token where the gradients of weights begin with zeros, else none. */
    RunTable weights() {
        return weights;
    }

    /** Whether an earlier run wants the gradients of what was carried in. */
    boolean earlier() {
        return earlier;
    }

    /** Chunks of micro-steps with room for {@code chunkSize}, of which they have {@code longest} at most. */
    RunTable chunks(int householders, int chunkSize, int longest, int levels) {
        return chunks.computeIfAbsent(
                List.of(householders, chunkSize, longest, levels),
                key -> new RunTable(capacity(householders, levels, spec.maxTokens()), chunkSize, longest));
    }

    /**
     * Describes the next walk.
     *
     * @param lengths tokens per sequence of the run that is gone back over
     * @param positions how many each has had before it
     * @param fromZero whether nothing comes back of what a later run carried
     * @param earlier whether an earlier run wants the gradients of what was carried in
     * @param fresh whether the gradients of weights begin with zeros
     */
    public void describe(int[] lengths, int[] positions, boolean fromZero, boolean earlier, boolean fresh) {
        this.earlier = earlier;
        int[] boundaries = new int[lengths.length + 1];
        for (int i = 0; i < lengths.length; i++) {
            boundaries[i + 1] = boundaries[i] + lengths[i];
        }
        tokens.describe(boundaries, positions);
        chunks.values().forEach(table -> table.describe(boundaries, positions));
        carriedBack.describe(flag(fromZero), null);
        weights.describe(flag(fresh), null);
    }

    private static int[] flag(boolean set) {
        return new int[] {0, set ? 1 : 0};
    }
}
