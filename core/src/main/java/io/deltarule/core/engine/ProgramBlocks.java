package io.deltarule.core.engine;

import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MemoryPieces;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.TrainingSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the slots of a program that is gone back over share memory, on every engine. The inputs and what crosses a cut have memory of
 * their own and are remembered; slots that only their block reads lie where those of the other blocks lie, and are computed again. Within a
 * block a slot shares memory only if nothing comes back to it. Without cuts there is one block, and all that going back needs is remembered.
 */
public final class ProgramBlocks {
    private final List<Integer> begins; // of the blocks in operations, then how many there are
    private final Set<Slot> crossing;
    private final Map<Slot, Integer> places = new HashMap<>(); // of the others, within their block
    private final Map<Slot, Integer> blocks = new HashMap<>(); // of those of them that going back needs
    private final List<List<Integer>> widths = new ArrayList<>();
    private final List<Slot> remembered = new ArrayList<>();

    /** Lays out the slots of a program. */
    public ProgramBlocks(TrainingSpec spec) {
        LayerProgram program = spec.layer().program();
        begins = new ArrayList<>(List.of(0));
        begins.addAll(spec.cuts());
        begins.add(program.ops().size());
        crossing = crossing(program);
        Set<Slot> needed = needed(spec);
        for (int block = 0; block < count(); block++) {
            widths.add(lay(program, block, needed));
        }
        for (Slot slot : program.slots()) {
            if (crossing.contains(slot) || (count() == 1 && blocks.containsKey(slot))) {
                remembered.add(slot);
            }
        }
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
    private List<Integer> lay(LayerProgram program, int block, Set<Slot> needed) {
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
    public int count() {
        return begins.size() - 1;
    }

    /** A block's first operation. */
    public int first(int block) {
        return begins.get(block);
    }

    /** The operation after a block's last. */
    public int end(int block) {
        return begins.get(block + 1);
    }

    /** Whether a slot has memory of its own: an input, or one that crosses a cut. */
    public boolean own(Slot slot) {
        return crossing.contains(slot);
    }

    /** Which piece of its block's memory another slot lies in. */
    public int place(Slot slot) {
        return places.get(slot);
    }

    /** The widths of the pieces of a block's memory, in numbers per token. */
    public List<Integer> widths(int block) {
        return Collections.unmodifiableList(widths.get(block));
    }

    /** The slots that keep their numbers until a run is gone back over. */
    public List<Slot> remembered() {
        return Collections.unmodifiableList(remembered);
    }

    /** Whether a slot holds its numbers after a block was the last to be computed. */
    public boolean holds(Slot slot, int block) {
        Integer own = blocks.get(slot);
        return crossing.contains(slot) || (own != null && own == block);
    }
}
