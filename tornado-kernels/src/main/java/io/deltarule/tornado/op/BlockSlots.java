package io.deltarule.tornado.op;

import io.deltarule.core.engine.ProgramBlocks;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which arrays the slots of a program lie in that is gone back over in blocks. Arrays have no parts that could be arrays too: the widest
 * piece of each block's memory shares one array, the next another, so that equal blocks need no more than one of them.
 */
final class BlockSlots {
    private final List<Integer> widths = new ArrayList<>();
    private final Map<Slot, Integer> arrays = new HashMap<>();

    BlockSlots(LayerProgram program, ProgramBlocks blocks) {
        for (int block = 0; block < blocks.count(); block++) {
            List<Integer> pieces = blocks.widths(block);
            List<Integer> widestFirst = IntStream.range(0, pieces.size())
                    .boxed()
                    .sorted(Comparator.comparing(pieces::get).reversed())
                    .toList();
            for (int i = 0; i < pieces.size(); i++) {
                int width = pieces.get(widestFirst.get(i));
                if (i == widths.size()) {
                    widths.add(width);
                }
                widths.set(i, Math.max(widths.get(i), width));
            }
            for (LayerOp op : program.ops().subList(blocks.first(block), blocks.end(block))) {
                for (Slot slot : op.writes()) {
                    if (!blocks.own(slot)) {
                        arrays.put(slot, widestFirst.indexOf(blocks.place(slot)));
                    }
                }
            }
        }
        program.slots().stream().filter(blocks::own).forEach(slot -> {
            arrays.put(slot, widths.size());
            widths.add(slot.width());
        });
    }

    /** The width of each array, in numbers per token. */
    List<Integer> widths() {
        return widths;
    }

    /** The array of a slot of the program. */
    int array(Slot slot) {
        return arrays.get(slot);
    }
}
