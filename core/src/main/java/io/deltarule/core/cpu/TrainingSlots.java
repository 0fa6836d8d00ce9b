package io.deltarule.core.cpu;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.engine.BackwardWalk;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MemoryPieces;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.TrainingSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Memory for the slots of a program that is gone back over. The inputs and what crosses a cut have memory of their own and are
 * remembered; slots that only their block reads lie where those of the other blocks lie, and are computed again. Within a block
 * a slot shares memory only if nothing comes back to it. Without cuts there is one block, and all that going back needs is
 * remembered.
 */
final class TrainingSlots {
    private static final long ALIGNMENT = 64;
    private static final byte NAN = -1; // four of them are a float NaN

    private final int maxTokens;
    private final List<Integer> begins; // of the blocks in operations, then how many there are
    private final Map<Slot, SlotBuffer> buffers = new HashMap<>();
    private final Set<Slot> crossing;
    private final Map<Slot, Integer> blocks = new HashMap<>(); // of the others that going back needs
    private final List<Slot> remembered = new ArrayList<>();

    TrainingSlots(TrainingSpec spec, Arena arena) {
        LayerProgram program = spec.layer().program();
        maxTokens = spec.layer().maxTokens();
        begins = new ArrayList<>(List.of(0));
        begins.addAll(spec.cuts());
        begins.add(program.ops().size());
        crossing = crossing(program);
        program.slots().stream().filter(crossing::contains).forEach(slot -> {
            remembered.add(slot);
            buffers.put(slot, SlotBuffer.allocate(arena, maxTokens, slot.width()));
        });
        buffers.values().forEach(buffer -> buffer.data().fill(NAN)); // what an operation fails to write must show
        Set<Slot> needed = needed(spec);
        Map<Slot, Integer> places = new HashMap<>();
        List<List<Integer>> widths = new ArrayList<>();
        for (int block = 0; block < count(); block++) {
            widths.add(lay(program, block, needed, places));
        }
        long most = widths.stream().mapToLong(this::bytes).max().orElse(0);
        MemorySegment shared = arena.allocate(Math.max(most, ALIGNMENT), ALIGNMENT);
        shared.fill(NAN);
        for (int block = 0; block < count(); block++) {
            List<MemorySegment> pieces = new ArrayList<>();
            long at = 0;
            for (int width : widths.get(block)) {
                pieces.add(shared.asSlice(at, bytes(width)));
                at += bytes(width);
            }
            for (LayerOp op : program.ops().subList(first(block), end(block))) {
                for (Slot slot : op.writes()) {
                    if (places.containsKey(slot)) {
                        buffers.put(slot, new SlotBuffer(pieces.get(places.get(slot)), slot.width()));
                    }
                }
            }
        }
        if (count() == 1) {
            program.slots().stream().filter(blocks::containsKey).forEach(remembered::add);
        }
    }

    /** With room for a vector past the last row. */
    private long bytes(int width) {
        long bytes = (long) maxTokens * width * Float.BYTES + Lanes.BYTES;
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    private long bytes(List<Integer> widths) {
        return widths.stream().mapToLong(this::bytes).sum();
    }

    /** The inputs, and what another block reads than the one that writes it. */
    private Set<Slot> crossing(LayerProgram program) {
        Set<Slot> found = new HashSet<>(program.inputs());
        Map<Slot, Integer> writers = new HashMap<>();
        for (int block = 0; block < count(); block++) {
            for (LayerOp op : program.ops().subList(first(block), end(block))) {
                for (Slot slot : op.reads()) {
                    if (writers.getOrDefault(slot, -1) != block) {
                        found.add(slot);
                    }
                }
                for (Slot slot : op.writes()) {
                    writers.put(slot, block);
                }
            }
        }
        return found;
    }

    /** What is handed out, and what the operations that may go backward read or wrote. */
    private static Set<Slot> needed(TrainingSpec spec) {
        boolean[] active = BackwardWalk.mostActive(spec);
        List<LayerOp> ops = spec.layer().program().ops();
        Set<Slot> needed = new HashSet<>(spec.layer().program().outputs());
        for (int i = 0; i < active.length; i++) {
            if (active[i]) {
                needed.addAll(ops.get(i).reads());
                needed.addAll(ops.get(i).writes());
            }
        }
        return needed;
    }

    /** Finds a block's other slots places, which those that nothing comes back to give back after they were last read. */
    private List<Integer> lay(LayerProgram program, int block, Set<Slot> needed, Map<Slot, Integer> places) {
        MemoryPieces pieces = new MemoryPieces();
        Map<Slot, Integer> last = new HashMap<>();
        for (int i = first(block); i < end(block); i++) {
            int now = i;
            program.ops().get(i).writes().forEach(slot -> last.put(slot, now));
            program.ops().get(i).reads().forEach(slot -> last.put(slot, now));
        }
        Set<Slot> passing = new HashSet<>();
        for (int i = first(block); i < end(block); i++) {
            int now = i;
            for (Slot slot : program.ops().get(i).writes()) {
                if (!crossing.contains(slot)) {
                    places.put(slot, pieces.take(slot.width()));
                    if (needed.contains(slot)) {
                        blocks.put(slot, block);
                    } else {
                        passing.add(slot);
                    }
                }
            }
            passing.stream().filter(slot -> last.get(slot) == now).forEach(slot -> pieces.release(places.get(slot)));
        }
        return pieces.widths();
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
        return crossing.contains(slot) || blocks.getOrDefault(slot, -1) == block;
    }
}
