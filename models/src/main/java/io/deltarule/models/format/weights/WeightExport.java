package io.deltarule.models.format.weights;

import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The way back of {@link WeightBinder}: the tensors that files of a format have for some weights. Of the places where a weight may
 * be, the first is taken, as today's writers of the format do.
 */
public final class WeightExport {
    /**
     * A tensor to be written.
     *
     * @param shape its axes
     * @param floats its numbers, float32 in this machine's byte order
     */
    @SuppressWarnings("ArrayRecordComponent") // made here, read once
    public record Exported(long[] shape, MemorySegment floats) {}

    /** One or several tensors after the other, and which weights lie in them. */
    private static final class Stack {
        private final WeightSource source;
        private final List<Integer> shape;
        private final int[] written; // rows of each tensor where weights do not say it
        private final Map<Long, Weight> weights = new LinkedHashMap<>(); // by the first number's place

        Stack(WeightSource.Rows source) {
            this.source = source;
            this.shape = source.shape();
            this.written = source.chunks();
        }

        Stack(WeightSource.Joined source) {
            this.source = source;
            this.written = source.shapes().stream().mapToInt(List::getFirst).toArray();
            List<Integer> together = new ArrayList<>(source.shapes().getFirst());
            together.set(0, Arrays.stream(written).sum());
            this.shape = together;
        }

        private long size() {
            return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        }

        /** A weight that is the whole stack and float32 is not copied. */
        MemorySegment floats(Arena arena) {
            Weight first = weights.values().iterator().next();
            if (weights.size() == 1 && first.size() == size() && first.type() == WeightType.F32) {
                return first.toTensor().data();
            }
            MemorySegment all = arena.allocate(size() * Float.BYTES, 64);
            weights.forEach((at, weight) -> weight.copyTo(all.asSlice(at * Float.BYTES, weight.size() * Float.BYTES)));
            return all;
        }

        /** Rows of each tensor: cut where weights meet if that makes as many parts as there are tensors. */
        int[] cuts() {
            long row = size() / shape.getFirst();
            List<Long> borders = new ArrayList<>(new TreeSet<>(weights.keySet()));
            if (borders.size() != source.names().size() || borders.stream().anyMatch(at -> at % row != 0)) {
                return written;
            }
            borders.add(size());
            int[] rows = new int[borders.size() - 1];
            Arrays.setAll(rows, i -> Math.toIntExact((borders.get(i + 1) - borders.get(i)) / row));
            return rows;
        }
    }

    private WeightExport() {}

    /**
     * All tensors of some weights.
     *
     * @param wanted the programs' weights, by name, with their shapes
     * @param weights their numbers
     * @param names what the files call them
     * @param arena owner of what is copied
     * @return by the names that the files have
     */
    public static Map<String, Exported> tensors(
            Map<String, int[]> wanted, Weights weights, TensorNames names, Arena arena) {
        Map<List<String>, Stack> stacks = new LinkedHashMap<>();
        wanted.forEach((name, dims) -> {
            long row = Arrays.stream(dims).skip(1).asLongStream().reduce(1, Math::multiplyExact);
            switch (names.sources(name, dims).getFirst()) {
                case WeightSource.Rows rows ->
                    stacks.computeIfAbsent(rows.names(), key -> new Stack(rows))
                            .weights
                            .put(rows.firstRow() * row, weights.get(name, dims));
                case WeightSource.Joined joined ->
                    stacks.computeIfAbsent(joined.names(), key -> new Stack(joined))
                            .weights
                            .put(0L, weights.get(name, dims));
                case WeightSource.InverseLengths lengths -> throw unwritten(name, lengths);
                case WeightSource.Made made -> throw unwritten(name, made);
                case WeightSource.Product product -> throw unwritten(name, product);
            }
        });
        Map<String, Exported> tensors = new LinkedHashMap<>();
        stacks.values().forEach(stack -> put(tensors, stack, arena));
        return tensors;
    }

    private static AssertionError unwritten(String name, WeightSource source) {
        return new AssertionError("the first place of " + name + " is made of " + source.names());
    }

    private static void put(Map<String, Exported> tensors, Stack stack, Arena arena) {
        MemorySegment floats = stack.floats(arena);
        int[] cuts = stack.cuts();
        long row = stack.size() / stack.shape.getFirst() * Float.BYTES;
        long at = 0;
        for (int i = 0; i < cuts.length; i++) {
            long[] shape = stack.shape.stream().mapToLong(Integer::longValue).toArray();
            shape[0] = cuts[i];
            tensors.put(stack.source.names().get(i), new Exported(shape, floats.asSlice(at, cuts[i] * row)));
            at += cuts[i] * row;
        }
    }
}
