package io.deltarule.core.cpu.op;

import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.SlotPlaces;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Memory for a program's slots, allocated once and shared as {@link SlotPlaces} says. */
public final class LayerSlots {
    private static final byte NAN = -1; // four of them are a float NaN

    private final Map<Slot, SlotBuffer> buffers = new HashMap<>();

    public LayerSlots(LayerProgram program, int maxTokens, Arena arena) {
        SlotPlaces places = new SlotPlaces(program);
        List<SlotBuffer> memory = places.widths().stream()
                .map(width -> SlotBuffer.allocate(arena, maxTokens, width))
                .toList();
        memory.forEach(piece -> piece.data().fill(NAN)); // what an operation fails to write must show
        program.slots()
                .forEach(
                        slot -> buffers.put(slot, memory.get(places.place(slot)).withWidth(slot.width())));
    }

    /** A slot's memory. */
    public SlotBuffer get(Slot slot) {
        return buffers.get(slot);
    }
}
