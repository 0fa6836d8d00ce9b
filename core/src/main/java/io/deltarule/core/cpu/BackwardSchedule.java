package io.deltarule.core.cpu;

import io.deltarule.core.cpu.backward.BackwardStep;
import io.deltarule.core.cpu.backward.ElementwiseBackward;
import io.deltarule.core.cpu.backward.Gradient;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.MemoryPieces;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.TrainingSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The walk backward for some wanted inputs: which operations serve a gradient that is wanted, and where the gradients of slots
 * lie. A gradient has memory from the last operation that reads its slot to the one that writes it; those that are not needed
 * at once share. The operation that comes first in the walk overwrites, the others add.
 */
final class BackwardSchedule {
    private final Map<Slot, SlotBuffer> gradients = new HashMap<>();
    private final List<List<BackwardStep>> steps = new ArrayList<>(); // of each operation

    /** Makes an operation's steps from where the gradients of its slots lie. */
    interface Maker {
        /**
         * The step of one operation.
         *
         * @param given the gradients of the slots that it wrote, without those that nobody has
         * @param wanted for each slot that it reads, in order, where its gradient goes; null where nobody wants it
         */
        List<BackwardStep> make(LayerOp op, Map<Slot, SlotBuffer> given, List<Gradient> wanted);
    }

    /** How a slot is reached in the walk: where its gradient lies, and whether something is there already. */
    private record Use(int op, Slot slot, boolean add) {}

    /**
     * Lays out the walk.
     *
     * @param inputs the inputs whose gradients are wanted
     */
    BackwardSchedule(TrainingSpec spec, Set<Slot> inputs, Maker maker, Arena arena) {
        LayerProgram program = spec.layer().program();
        List<LayerOp> ops = program.ops();
        boolean[] active = new boolean[ops.size()];
        Set<Slot> served = served(spec, inputs, active);
        MemoryPieces places = new MemoryPieces();
        Map<Slot, Integer> placed = new HashMap<>();
        List<List<Use>> uses = new ArrayList<>();
        for (Slot output : program.outputs()) {
            if (served.contains(output) && !placed.containsKey(output)) {
                placed.put(output, places.take(output.width()));
            }
        }
        for (int i = ops.size() - 1; i >= 0; i--) {
            List<Use> mine = new ArrayList<>();
            for (Slot slot : active[i] ? ops.get(i).reads() : List.<Slot>of()) {
                boolean wanted = served.contains(slot);
                boolean before = placed.containsKey(slot);
                if (wanted && !before) {
                    placed.put(slot, places.take(slot.width()));
                }
                mine.add(wanted ? new Use(i, slot, before) : null);
            }
            uses.add(mine);
            for (Slot slot : ops.get(i).writes()) {
                if (placed.containsKey(slot)) {
                    places.release(placed.get(slot));
                }
            }
        }
        Collections.reverse(uses);
        List<SlotBuffer> memory = places.widths().stream()
                .map(width -> SlotBuffer.allocate(arena, spec.layer().maxTokens(), width))
                .toList();
        placed.forEach((slot, place) -> gradients.put(slot, memory.get(place).withWidth(slot.width())));
        for (int i = 0; i < ops.size(); i++) {
            steps.add(
                    active[i]
                            ? made(
                                    ops.get(i),
                                    uses.get(i),
                                    maker,
                                    arena,
                                    spec.layer().maxTokens())
                            : List.of());
        }
    }

    /** Which operations may serve a gradient, whatever inputs' gradients are wanted. */
    static boolean[] mostActive(TrainingSpec spec) {
        LayerProgram program = spec.layer().program();
        Set<Slot> inputs = new HashSet<>();
        program.ops().forEach(op -> inputs.addAll(differentiable(op)));
        inputs.retainAll(program.inputs());
        boolean[] active = new boolean[program.ops().size()];
        Set<Slot> _ = served(spec, inputs, active);
        return active;
    }

    /** Which slots have a gradient: something wanted depends on them, and they on the outputs. */
    private static Set<Slot> served(TrainingSpec spec, Set<Slot> inputs, boolean[] active) {
        LayerProgram program = spec.layer().program();
        List<LayerOp> ops = program.ops();
        Set<Slot> wanted = new HashSet<>(inputs);
        for (int i = 0; i < ops.size(); i++) {
            LayerOp op = ops.get(i);
            active[i] = op.weights().keySet().stream().anyMatch(spec.trained()::contains)
                    || differentiable(op).stream().anyMatch(wanted::contains);
            if (active[i]) {
                wanted.addAll(op.writes());
            }
        }
        Set<Slot> reached = new HashSet<>(program.outputs());
        for (int i = ops.size() - 1; i >= 0; i--) {
            boolean leads = ops.get(i).writes().stream().anyMatch(reached::contains);
            active[i] &= leads;
            if (leads) {
                reached.addAll(differentiable(ops.get(i)));
            }
        }
        wanted.retainAll(reached);
        return wanted;
    }

    /** The slots that an operation reads and that are no numbers of rows or classes. */
    private static List<Slot> differentiable(LayerOp op) {
        return switch (op) {
            case MatrixOp.Embedding e -> List.of();
            case MatrixOp.CrossEntropy c -> List.of(c.in());
            default -> op.reads();
        };
    }

    private List<BackwardStep> made(LayerOp op, List<Use> uses, Maker maker, Arena arena, int maxTokens) {
        Map<Slot, SlotBuffer> given = new HashMap<>();
        op.writes().forEach(slot -> {
            if (gradients.containsKey(slot)) {
                given.put(slot, gradients.get(slot));
            }
        });
        Set<Slot> seen = new HashSet<>();
        List<Gradient> wanted = new ArrayList<>();
        List<BackwardStep> after = new ArrayList<>();
        for (Use use : uses) {
            if (use == null) {
                wanted.add(null);
            } else if (seen.add(use.slot())) {
                wanted.add(new Gradient(gradients.get(use.slot()), use.add()));
            } else { // an operation that reads a slot twice: one of its two gradients lies apart
                SlotBuffer apart =
                        SlotBuffer.allocate(arena, maxTokens, use.slot().width());
                wanted.add(new Gradient(apart, false));
                after.add(ElementwiseBackward.added(apart, gradients.get(use.slot())));
            }
        }
        List<BackwardStep> all = new ArrayList<>(maker.make(op, given, wanted));
        all.addAll(after);
        return all;
    }

    /** An operation's steps in order, none where it serves no gradient. */
    List<BackwardStep> steps(int op) {
        return steps.get(op);
    }

    /** Where a slot's gradient lies, null where it has none. */
    SlotBuffer gradient(Slot slot) {
        return gradients.get(slot);
    }
}
