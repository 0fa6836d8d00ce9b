package io.deltarule.tornado.op.parameter;

import io.deltarule.core.Tensor;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.tornado.graph.DeviceMemory;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Something of every parameter, in the arrays of {@link ParameterStacks}: its numbers, its gradient or a moment. */
public final class ParameterArrays {
    private final ParameterStacks stacks;
    private final Map<List<String>, FloatArray> arrays = new LinkedHashMap<>();

    /**
     * Arrays that are there.
     *
     * @param find by the names in it; null for one that no kernel works on
     */
    public ParameterArrays(ParameterStacks stacks, Function<List<String>, FloatArray> find) {
        this.stacks = stacks;
        for (List<String> stack : stacks.all()) {
            FloatArray array = find.apply(stack);
            if (array != null) {
                arrays.put(stack, array);
            }
        }
    }

    /**
     * New arrays of zeros.
     *
     * @param what the numbers are, for messages
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them
     */
    public static ParameterArrays zeros(ParameterStacks stacks, String what, DeviceMemory memory) {
        return new ParameterArrays(stacks, stack -> {
            FloatArray array = memory.floats(what + " of " + stack.getFirst(), stack.size(), 1, stacks.each(stack));
            array.init(0);
            return array;
        });
    }

    /** The array of some names, one after the other; null where there is none. */
    public FloatArray of(List<String> names) {
        return arrays.get(names);
    }

    /** Every array once. */
    public Collection<FloatArray> all() {
        return Collections.unmodifiableCollection(arrays.values());
    }

    /** The host sides become what an arena holds; those of weights that it has not stay. */
    public void copyIn(ParameterArena from) {
        each(
                from,
                (tensor, part) -> MemorySegment.copy(
                        tensor.data(), 0, part.data(), 0, part.data().byteSize()));
    }

    /** Copies the host sides to an arena. */
    public void copyOut(ParameterArena to) {
        each(
                to,
                (tensor, part) -> MemorySegment.copy(
                        part.data(), 0, tensor.data(), 0, part.data().byteSize()));
    }

    /** Adds the host sides to an arena. */
    public void addTo(ParameterArena sums) {
        each(sums, (tensor, part) -> {
            for (long i = 0; i < part.size(); i++) {
                tensor.set(i, tensor.get(i) + part.get(i));
            }
        });
    }

    private void each(ParameterArena arena, BiConsumer<Tensor, Tensor> work) {
        arena.layout().entries().forEach(entry -> {
            List<String> stack = stacks.of(entry.name());
            FloatArray array = arrays.get(stack);
            if (array != null) {
                long bytes = entry.size() * Float.BYTES;
                MemorySegment part = array.getSegment().asSlice(stack.indexOf(entry.name()) * bytes, bytes);
                work.accept(arena.tensor(entry.name()), Tensor.view(part, entry.dims()));
            }
        });
    }
}
