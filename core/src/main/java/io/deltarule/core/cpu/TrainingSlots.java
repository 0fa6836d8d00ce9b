package io.deltarule.core.cpu;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.engine.ProgramBlocks;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.TrainingSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Memory for the slots of a program that is gone back over, as {@link ProgramBlocks} lays them out: one piece for all blocks. */
final class TrainingSlots {
    private static final long ALIGNMENT = 64;
    private static final byte NAN = -1; // four of them are a float NaN

    private final int maxTokens;
    private final ProgramBlocks blocks;
    private final Map<Slot, SlotBuffer> buffers = new HashMap<>();

    TrainingSlots(TrainingSpec spec, Arena arena) {
        LayerProgram program = spec.layer().program();
        maxTokens = spec.layer().maxTokens();
        blocks = new ProgramBlocks(spec);
        program.slots().stream()
                .filter(blocks::own)
                .forEach(slot -> buffers.put(slot, SlotBuffer.allocate(arena, maxTokens, slot.width())));
        buffers.values().forEach(buffer -> buffer.data().fill(NAN)); // what an operation fails to write must show
        long most = 0;
        for (int block = 0; block < blocks.count(); block++) {
            most = Math.max(
                    most, blocks.widths(block).stream().mapToLong(this::bytes).sum());
        }
        MemorySegment shared = arena.allocate(Math.max(most, ALIGNMENT), ALIGNMENT);
        shared.fill(NAN);
        for (int block = 0; block < blocks.count(); block++) {
            List<MemorySegment> pieces = new ArrayList<>();
            long at = 0;
            for (int width : blocks.widths(block)) {
                pieces.add(shared.asSlice(at, bytes(width)));
                at += bytes(width);
            }
            for (LayerOp op : program.ops().subList(blocks.first(block), blocks.end(block))) {
                for (Slot slot : op.writes()) {
                    if (!blocks.own(slot)) {
                        buffers.put(slot, new SlotBuffer(pieces.get(blocks.place(slot)), slot.width()));
                    }
                }
            }
        }
    }

    /** With room for a vector past the last row. */
    private long bytes(int width) {
        long bytes = (long) maxTokens * width * Float.BYTES + Lanes.BYTES;
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    /** How they are laid out. */
    ProgramBlocks blocks() {
        return blocks;
    }

    /** A slot's memory. */
    SlotBuffer get(Slot slot) {
        return buffers.get(slot);
    }
}
