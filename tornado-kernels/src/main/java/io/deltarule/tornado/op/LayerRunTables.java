package io.deltarule.tornado.op;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.tornado.graph.RunTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a layer plan's launches learn of a run. A graph holds both forms of each delta rule; the tables of the form that a
 * run does not take describe a run of nothing.
 */
public final class LayerRunTables {
    private final LayerSpec spec;
    private final RunTable tokens;
    private final Map<Integer, RunTable> steps = new HashMap<>();
    private final Map<List<Integer>, RunTable> chunks = new HashMap<>();

    public LayerRunTables(LayerSpec spec) {
        this.spec = spec;
        tokens = table(1, AttentionKernels.QUERIES, 0);
    }

    private RunTable table(int householders, int chunkSize, int levels) {
        DeltaShape capacity =
                new DeltaShape(1, spec.maxTokens(), 1, 1, 1, 1, householders, spec.sequences(), Gate.NONE);
        return new RunTable(capacity.withLevels(levels), chunkSize);
    }

    /** For what carries no delta state: every token, in chunks of {@link AttentionKernels#QUERIES}. */
    public RunTable tokens() {
        return tokens;
    }

    /** For recurrences over so many levels, 0 for one state: every token where they do the work. */
    RunTable steps(int levels) {
        return steps.computeIfAbsent(levels, key -> table(1, 0, levels));
    }

    /** For what goes by chunks of micro-steps, likewise. */
    RunTable chunks(int householders, int chunkSize, int levels) {
        return chunks.computeIfAbsent(
                List.of(householders, chunkSize, levels), key -> table(householders, chunkSize, levels));
    }

    /** Describes the next run. */
    public void describe(int[] lengths, int[] positions) {
        int[] boundaries = new int[lengths.length + 1];
        int longest = 0;
        for (int i = 0; i < lengths.length; i++) {
            boundaries[i + 1] = boundaries[i] + lengths[i];
            longest = Math.max(longest, lengths[i]);
        }
        int[] nothing = new int[boundaries.length];
        boolean recurrent = spec.form() == Form.RECURRENT;
        boolean single = longest <= 1;
        tokens.describe(boundaries, positions);
        steps.values().forEach(table -> table.describe(recurrent || single ? boundaries : nothing, positions));
        chunks.values().forEach(table -> table.describe(recurrent || !single ? boundaries : nothing, positions));
    }
}
