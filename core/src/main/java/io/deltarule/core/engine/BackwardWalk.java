package io.deltarule.core.engine;

import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.MemoryPieces;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.TrainingSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The walk backward through a program for some wanted inputs, as every engine takes it: which operations serve a gradient that is
 * wanted, and where the gradients of slots lie. A gradient has a place from the last operation that reads its slot to the one
 * that writes it; those that are not needed at once share one. The operation that comes first in the walk overwrites, the others
 * add.
 */
public final class BackwardWalk {
    /**
     * How an operation reaches the gradient of a slot that it reads.
     *
     * @param slot which
     * @param add whether something is there already
     * @param again whether the operation has reached the same slot before: it reads it twice
     */
    public record Use(Slot slot, boolean add, boolean again) {}

    private final List<List<Use>> uses = new ArrayList<>(); // of each operation, null where it serves no gradient
    private final Map<Slot, Integer> places = new LinkedHashMap<>();
    private final MemoryPieces pieces = new MemoryPieces();

    /**
     * Lays out the walk.
     *
     * @param inputs the inputs whose gradients are wanted
     */
    public BackwardWalk(TrainingSpec spec, Set<Slot> inputs) {
        LayerProgram program = spec.layer().program();
        List<LayerOp> ops = program.ops();
        boolean[] active = new boolean[ops.size()];
        Set<Slot> served = served(spec, inputs, active);
        for (Slot output : program.outputs()) {
            if (served.contains(output) && !places.containsKey(output)) {
                places.put(output, pieces.take(output.width()));
            }
        }
        for (int i = ops.size() - 1; i >= 0; i--) {
            LayerOp op = ops.get(i);
            List<Use> mine = new ArrayList<>();
            Set<Slot> seen = new HashSet<>();
            for (Slot slot : active[i] ? op.reads() : List.<Slot>of()) {
                boolean wanted = served.contains(slot);
                boolean before = places.containsKey(slot);
                if (wanted && !before) {
                    places.put(slot, pieces.take(slot.width()));
                }
                mine.add(wanted ? new Use(slot, before, !seen.add(slot)) : null);
            }
            uses.add(active[i] ? mine : null);
            for (Slot slot : op.writes()) {
                if (places.containsKey(slot)) {
                    pieces.release(places.get(slot));
                }
            }
        }
        Collections.reverse(uses);
    }

    /** Which operations may serve a gradient, whatever inputs' gradients are wanted. */
    public static boolean[] mostActive(TrainingSpec spec) {
        boolean[] active = new boolean[spec.layer().program().ops().size()];
        Set<Slot> _ = served(spec, inputs(spec.layer().program()), active);
        return active;
    }

    /** The inputs of a program that can have a gradient. */
    public static Set<Slot> inputs(LayerProgram program) {
        Set<Slot> inputs = new HashSet<>();
        program.ops().forEach(op -> inputs.addAll(differentiable(op)));
        inputs.retainAll(program.inputs());
        return inputs;
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

    /** Whether an operation serves a gradient. */
    public boolean active(int op) {
        return uses.get(op) != null;
    }

    /**
     * For each slot that an active operation reads, in order, how it reaches its gradient; null where nobody wants it.
     *
     * @param op which
     */
    public List<Use> uses(int op) {
        return Collections.unmodifiableList(uses.get(op));
    }

    /** The place of each gradient that there is. */
    public Map<Slot, Integer> places() {
        return Collections.unmodifiableMap(places);
    }

    /** The width of each place, in numbers per token. */
    public List<Integer> widths() {
        return pieces.widths();
    }
}
