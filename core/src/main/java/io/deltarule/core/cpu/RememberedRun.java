package io.deltarule.core.cpu;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is kept of a run: how many tokens it had, what every operation carried into it, and, once another run has taken the
 * slots, their numbers. Its memory is used again by later runs.
 */
final class RememberedRun {
    private final LayerSpec spec;
    private final Arena arena;
    private List<List<Tensor>> states; // by operation, null until they are needed
    private MemorySegment archive; // of the slots, null until it is needed
    private boolean fromZero;
    private boolean archived;
    private int[] lengths;
    private int[] positions;

    RememberedRun(LayerSpec spec, Arena arena) {
        this.spec = spec;
        this.arena = arena;
    }

    /** Takes up what the steps carry before a run. */
    void begin(int[] newLengths, int[] newPositions, List<LayerStep> steps) {
        lengths = newLengths;
        positions = newPositions;
        archived = false;
        fromZero = Arrays.stream(positions).allMatch(p -> p == 0);
        if (!fromZero) {
            save(steps);
        }
    }

    int[] lengths() {
        return lengths;
    }

    int[] positions() {
        return positions;
    }

    int tokens() {
        return Arrays.stream(lengths).sum();
    }

    /** Copies what the steps carry. */
    private void save(List<LayerStep> steps) {
        if (states == null) {
            states = new ArrayList<>();
            for (LayerOp op : spec.program().ops()) {
                states.add(op.carried(spec.maxContext()).stream()
                        .map(one -> Tensor.allocate(arena, one.shape(spec.sequences())))
                        .toList());
            }
        }
        for (int i = 0; i < steps.size(); i++) {
            steps.get(i).save(states.get(i).iterator(), positions);
        }
    }

    /** What an operation carried into the run, empty where that is all zero or nothing. */
    List<Tensor> carried(int op) {
        return fromZero ? List.of() : states.get(op);
    }

    /** Puts back what a step carried. */
    void load(int op, LayerStep step) {
        if (fromZero) {
            step.reset();
        } else {
            step.load(states.get(op).iterator(), positions);
        }
    }

    /** Copies the slots before another run overwrites them. */
    void archive(TrainingSlots slots) {
        if (archive == null) {
            long width =
                    slots.blocks().remembered().stream().mapToLong(Slot::width).sum();
            archive = arena.allocate(width * spec.maxTokens() * Float.BYTES, 64);
        }
        copy(slots, true);
        archived = true;
    }

    /** Puts the slots back if another run has overwritten them. */
    boolean restore(TrainingSlots slots) {
        if (archived) {
            copy(slots, false);
        }
        return archived;
    }

    private void copy(TrainingSlots slots, boolean out) {
        long at = 0;
        for (Slot slot : slots.blocks().remembered()) {
            SlotBuffer buffer = slots.get(slot);
            long bytes = buffer.row(tokens());
            if (out) {
                MemorySegment.copy(buffer.data(), 0, archive, at, bytes);
            } else {
                MemorySegment.copy(archive, at, buffer.data(), 0, bytes);
            }
            at += bytes;
        }
    }
}
