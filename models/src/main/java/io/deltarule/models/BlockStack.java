package io.deltarule.models;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Blocks one after the other, block i named {@code layers.i.}; hybrids interleave kinds.
 *
 * @param blocks at least one, all of one width
 */
public record BlockStack(List<Layer> blocks) implements Layer {
    /**
     * Copies the list.
     *
     * @throws InvalidInputException if it is empty or the widths differ
     */
    public BlockStack {
        blocks = List.copyOf(blocks);
        if (blocks.stream().mapToInt(Layer::hidden).distinct().count() != 1) {
            throw new InvalidInputException("blocks: expected at least one, all of one width, but found widths "
                    + blocks.stream().map(Layer::hidden).toList());
        }
    }

    /** So many blocks, each made for its index. */
    public static BlockStack of(int count, IntFunction<? extends Layer> maker) {
        List<Layer> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(maker.apply(i));
        }
        return new BlockStack(blocks);
    }

    /** A hybrid in which every other block, the second of each pair, is of another kind: sliding windows as a rule. */
    public static BlockStack alternating(int count, Layer first, Layer second) {
        return of(count, i -> i % 2 == 0 ? first : second);
    }

    /** A hybrid of one kind but for a few blocks: two global attentions as a rule. */
    public static BlockStack withGlobal(int count, Layer rule, Layer global, int... at) {
        List<Integer> places = new ArrayList<>();
        for (int i : at) {
            if (i < 0 || i >= count) {
                throw new InvalidInputException(
                        "global block: expected an index from 0 to " + (count - 1) + " but found " + i);
            }
            places.add(i);
        }
        return of(count, i -> places.contains(i) ? global : rule);
    }

    @Override
    public int hidden() {
        return blocks.getFirst().hidden();
    }

    @Override
    public Slot wire(ProgramBuilder to, Slot x) {
        Slot y = x;
        for (int i = 0; i < blocks.size(); i++) {
            y = blocks.get(i).wire(to.within("layers." + i + "."), y);
        }
        return y;
    }
}
