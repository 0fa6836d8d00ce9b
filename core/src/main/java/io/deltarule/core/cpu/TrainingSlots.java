package io.deltarule.core.cpu;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.TrainingSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Memory for the slots of a program that is gone back over. The inputs and what crosses a cut have memory of their own and are
 * remembered; slots that only their block reads lie where those of the other blocks lie, and are computed again. Within a block
 * none shares with another. Without cuts there is one block, and everything is remembered.
 */
final class TrainingSlots {
    private static final long ALIGNMENT = 64;
    private static final byte NAN = -1; // four of them are a float NaN

    private final List<Integer> begins; // of the blocks in operations, then how many there are
    private final Map<Slot, SlotBuffer> buffers = new HashMap<>();
    private final Map<Slot, Integer> blocks = new HashMap<>(); // of the slots that are not remembered
    private final List<Slot> remembered = new ArrayList<>();

    TrainingSlots(TrainingSpec spec, Arena arena) {
        LayerProgram program = spec.layer().program();
        int maxTokens = spec.layer().maxTokens();
        begins = new ArrayList<>(List.of(0));
        begins.addAll(spec.cuts());
        begins.add(program.ops().size());
        Set<Slot> crossing = crossing(program);
        List<List<Slot>> locals = new ArrayList<>();
        for (int block = 0; block < count(); block++) {
            Set<Slot> written = new LinkedHashSet<>();
            program.ops().subList(first(block), end(block)).forEach(op -> written.addAll(op.writes()));
            written.removeAll(crossing);
            locals.add(List.copyOf(written));
            for (Slot slot : written) {
                blocks.put(slot, block);
            }
        }
        program.slots().stream().filter(crossing::contains).forEach(slot -> {
            remembered.add(slot);
            SlotBuffer buffer = SlotBuffer.allocate(arena, maxTokens, slot.width());
            buffer.data().fill(NAN); // what an operation fails to write must show
            buffers.put(slot, buffer);
        });
        long most = locals.stream()
                .mapToLong(some -> some.stream().mapToLong(s -> bytes(s, maxTokens)).sum())
                .max()
                .orElse(0);
        MemorySegment shared = arena.allocate(Math.max(most, ALIGNMENT), ALIGNMENT);
        shared.fill(NAN);
        for (List<Slot> some : locals) {
            long at = 0;
            for (Slot slot : some) {
                buffers.put(slot, new SlotBuffer(shared.asSlice(at, bytes(slot, maxTokens)), slot.width()));
                at += bytes(slot, maxTokens);
            }
        }
        if (count() == 1) {
            remembered.addAll(locals.getFirst());
        }
    }

    /** With room for a vector past the last row. */
    private static long bytes(Slot slot, int maxTokens) {
        long bytes = (long) maxTokens * slot.width() * Float.BYTES + Lanes.BYTES;
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    /** The inputs, and what another block reads than the one that writes it. */
    private Set<Slot> crossing(LayerProgram program) {
        Set<Slot> crossing = new HashSet<>(program.inputs());
        Map<Slot, Integer> writers = new HashMap<>();
        for (int block = 0; block < count(); block++) {
            for (LayerOp op : program.ops().subList(first(block), end(block))) {
                for (Slot slot : op.reads()) {
                    if (writers.getOrDefault(slot, -1) != block) {
                        crossing.add(slot);
                    }
                }
                for (Slot slot : op.writes()) {
                    writers.put(slot, block);
                }
            }
        }
        return crossing;
    }

    /** How many blocks there are. */
    int count() {
        return begins.size() - 1;
    }

    /** A block's first operation. */
    int first(int block) {
        return begins.get(block);
    }

    /** The operation after a block's last. */
    int end(int block) {
        return begins.get(block + 1);
    }

    /** A slot's memory. */
    SlotBuffer get(Slot slot) {
        return buffers.get(slot);
    }

    /** The slots that keep their numbers until a run is gone back over. */
    List<Slot> remembered() {
        return remembered;
    }

    /** Whether a slot holds its numbers after a block was the last to be computed. */
    boolean holds(Slot slot, int block) {
        return blocks.getOrDefault(slot, block) == block;
    }
}
