package io.deltarule.core.cpu;

import io.deltarule.core.cpu.backward.BackwardStep;
import io.deltarule.core.cpu.backward.ElementwiseBackward;
import io.deltarule.core.cpu.backward.Gradient;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.engine.BackwardWalk;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.TrainingSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The steps of a {@link BackwardWalk}, and the memory of its gradients. */
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

    /**
     * Lays out the walk.
     *
     * @param inputs the inputs whose gradients are wanted
     */
    BackwardSchedule(TrainingSpec spec, Set<Slot> inputs, Maker maker, Arena arena) {
        List<LayerOp> ops = spec.layer().program().ops();
        int maxTokens = spec.layer().maxTokens();
        BackwardWalk walk = new BackwardWalk(spec, inputs);
        List<SlotBuffer> memory = walk.widths().stream()
                .map(width -> SlotBuffer.allocate(arena, maxTokens, width))
                .toList();
        walk.places()
                .forEach((slot, place) -> gradients.put(slot, memory.get(place).withWidth(slot.width())));
        for (int i = 0; i < ops.size(); i++) {
            steps.add(walk.active(i) ? made(ops.get(i), walk.uses(i), maker, arena, maxTokens) : List.of());
        }
    }

    private List<BackwardStep> made(LayerOp op, List<BackwardWalk.Use> uses, Maker maker, Arena arena, int maxTokens) {
        Map<Slot, SlotBuffer> given = new HashMap<>();
        op.writes().forEach(slot -> {
            if (gradients.containsKey(slot)) {
                given.put(slot, gradients.get(slot));
            }
        });
        List<Gradient> wanted = new ArrayList<>();
        List<BackwardStep> after = new ArrayList<>();
        for (BackwardWalk.Use use : uses) {
            if (use == null) {
                wanted.add(null);
            } else if (use.again()) { // one of the two gradients lies apart
                SlotBuffer apart =
                        SlotBuffer.allocate(arena, maxTokens, use.slot().width());
                wanted.add(new Gradient(apart, false));
                after.add(ElementwiseBackward.added(apart, gradients.get(use.slot())));
            } else {
                wanted.add(new Gradient(gradients.get(use.slot()), use.add()));
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
