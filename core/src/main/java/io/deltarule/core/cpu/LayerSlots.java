package io.deltarule.core.cpu;

import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Memory for a program's slots, allocated once. Two slots share memory where the last operation that reads one comes
 * before the one that writes the other, so that a deep model needs little more than its widest block.
 */
final class LayerSlots {
    private static final byte NAN = -1; // four of them are a float NaN

    private final Map<Slot, SlotBuffer> buffers = new HashMap<>();

    LayerSlots(LayerProgram program, int maxTokens, Arena arena) {
        Map<Slot, Integer> lastUse = lastUses(program);
        List<Integer> widths = new ArrayList<>(); // of each piece of memory
        List<Integer> free = new ArrayList<>();
        Map<Slot, Integer> places = new HashMap<>();
        program.inputs().forEach(slot -> places.put(slot, place(slot.width(), widths, free)));
        for (int i = 0; i < program.ops().size(); i++) {
            LayerOp op = program.ops().get(i);
            op.writes().forEach(slot -> places.put(slot, place(slot.width(), widths, free)));
            for (Slot slot : places.keySet()) {
                if (lastUse.getOrDefault(slot, -1) == i) {
                    free.add(places.get(slot));
                }
            }
        }
        List<SlotBuffer> memory = new ArrayList<>();
        widths.forEach(width -> memory.add(SlotBuffer.allocate(arena, maxTokens, width)));
        memory.forEach(piece -> piece.data().fill(NAN)); // what an operation fails to write must show
        places.forEach((slot, place) -> buffers.put(slot, memory.get(place).withWidth(slot.width())));
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

    /** The free place that fits best; else the widest, made wider; else a new one. */
    private static int place(int width, List<Integer> widths, List<Integer> free) {
        Integer best = null;
        for (Integer place : free) {
            if (best == null || better(widths.get(place), widths.get(best), width)) {
                best = place;
            }
        }
        if (best == null) {
            widths.add(width);
            return widths.size() - 1;
        }
        free.remove((Object) best);
        widths.set(best, Math.max(width, widths.get(best)));
        return best;
    }

    private static boolean better(int candidate, int best, int wanted) {
        if (candidate >= wanted && best >= wanted) {
            return candidate < best;
        }
        return candidate > best;
    }

    /** A slot's memory. */
    SlotBuffer get(Slot slot) {
        return buffers.get(slot);
    }
}
