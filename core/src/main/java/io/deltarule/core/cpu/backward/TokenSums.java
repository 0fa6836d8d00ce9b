package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.SlotBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sums over a run's tokens, the same to the last bit whatever the number of threads: the tokens are cut into parts by their number
 * alone, each part has a row of sums, and the rows are added in order.
 */
final class TokenSums {
    private static final int MOST_PARTS = 16;
    private static final int LEAST_TOKENS = 16;

    /** Takes tokens [from, to), adding to the row of sums that begins at a byte offset. */
    interface Part {
        void run(long from, long to, long sumsAt, int slot);
    }

    private final SlotBuffer sums;
    private int parts;

    /** @param width numbers of a row */
    TokenSums(int width, Arena arena) {
        sums = SlotBuffer.scratch(arena, MOST_PARTS, width);
    }

    /** The rows of sums. */
    MemorySegment data() {
        return sums.data();
    }

    /** Runs all parts, each with zeros to begin with. */
    void run(LayerRun run, long operationsPerToken, Part body) {
        int tokens = run.tokens();
        parts = Math.clamp(tokens / LEAST_TOKENS, 1, MOST_PARTS);
        long bytes = (long) sums.width() * Float.BYTES;
        run.items(parts, tokens * operationsPerToken, (part, slot) -> {
            long at = sums.row(part);
            sums.data().asSlice(at, bytes).fill((byte) 0);
            body.run((long) tokens * part / parts, (long) tokens * (part + 1) / parts, at, slot);
        });
    }

    /** Adds numbers [first, first + count) of all rows to a weight's gradient; nothing where it is null. */
    void addTo(BackwardRun run, WeightGradient to, int first, int count) {
        for (int part = 0; to != null && part < parts; part++) {
            Spans.accumulate(1, sums.data(), sums.offset(part, first), run.weights(), to.at(), count);
        }
    }

    /** Adds numbers [first, first + count) of all rows to a weight's gradient, neighbours to one number of so many. */
    void addGroupsTo(BackwardRun run, WeightGradient to, int first, int count, int groups) {
        int share = count / groups;
        for (int group = 0; to != null && group < groups; group++) {
            float sum = 0;
            for (int i = group * share; i < (group + 1) * share; i++) {
                sum += total(first + i);
            }
            long at = to.at() + (long) group * Float.BYTES;
            MemorySegment gradients = run.weights();
            gradients.set(ValueLayout.JAVA_FLOAT, at, gradients.get(ValueLayout.JAVA_FLOAT, at) + sum);
        }
    }

    /** One number, summed over the parts. */
    float total(int index) {
        float total = 0;
        for (int part = 0; part < parts; part++) {
            total += sums.get(part, index);
        }
        return total;
    }
}
