package io.deltarule.core.layer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which pieces of memory a program's slots lie in. Two slots share a piece where the last operation that reads one comes
 * before the one that writes the other, so that a deep model needs little more than its widest block. No operation reads
 * and writes one piece.
 */
public final class SlotPlaces {
    private final MemoryPieces pieces = new MemoryPieces();
    private final Map<Slot, Integer> places = new HashMap<>();

    /** Places every slot of a program. */
    public SlotPlaces(LayerProgram program) {
        this(program, slot -> true);
    }

    /** Places some slots of a program. */
    public SlotPlaces(LayerProgram program, Predicate<Slot> which) {
        Map<Slot, Integer> lastUse = lastUses(program);
        program.inputs().stream().filter(which).forEach(this::take);
        for (int i = 0; i < program.ops().size(); i++) {
            LayerOp op = program.ops().get(i);
            op.writes().stream().filter(which).forEach(this::take);
            for (Slot slot : places.keySet()) {
                if (lastUse.getOrDefault(slot, -1) == i) {
                    pieces.release(places.get(slot));
                }
            }
        }
    }

    private void take(Slot slot) {
        places.put(slot, pieces.take(slot.width()));
    }

    /** The operation after which a slot is no longer needed; outputs are needed to the end. */
    private static Map<Slot, Integer> lastUses(LayerProgram program) {
        Map<Slot, Integer> last = new HashMap<>();
        for (int i = 0; i < program.ops().size(); i++) {
            int now = i;
            program.ops().get(i).writes().forEach(slot -> last.put(slot, now));
            program.ops().get(i).reads().forEach(slot -> last.put(slot, now));
        }
        program.outputs().forEach(slot -> last.put(slot, program.ops().size()));
        return last;
    }

    /** The width of each piece of memory, in numbers per token. */
    public List<Integer> widths() {
        return pieces.widths();
    }

    /** Which piece of memory a slot lies in; the slot is one of those that were placed. */
    public int place(Slot slot) {
        return places.get(slot);
    }
}
