package io.deltarule.core.training;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The numbers of all parameters in one piece of memory, or of all their gradients, or of what an optimiser remembers of each:
 * arenas of equal layout match number by number, so that optimiser, norm and checkpoint are loops over one array.
 */
public final class ParameterArena implements AutoCloseable {
    private final ParameterLayout layout;
    private final Arena memory = Arena.ofShared();
    private final MemorySegment data;

    /** Zeros of a layout, which are the caller's to close. */
    public ParameterArena(ParameterLayout layout) {
        this.layout = layout;
        this.data = memory.allocate(layout.size() * Float.BYTES, 64);
    }

    /** Where each parameter lies. */
    public ParameterLayout layout() {
        return layout;
    }

    /** All numbers, gaps among them: float32 in this machine's byte order. */
    public MemorySegment data() {
        return data;
    }

    /**
     * One parameter, not copied.
     *
     * @throws io.deltarule.core.InvalidInputException if there is none of that name
     */
    public Tensor tensor(String name) {
        ParameterLayout.Entry entry = layout.entry(name);
        return Tensor.view(data.asSlice(entry.offset() * Float.BYTES, entry.size() * Float.BYTES), entry.dims());
    }

    /** Takes over the numbers of weights, widened to float32; those of other names are left out. */
    public void copyFrom(Weights weights) {
        for (ParameterLayout.Entry entry : layout.entries()) {
            weights.get(entry.name(), entry.dims()).copyTo(tensor(entry.name()).data());
        }
    }

    /** Sets every number to zero. */
    public void clear() {
        data.fill((byte) 0);
    }

    /**
     * Weights of which those of this layout are views of this memory, so that a plan sees every later change of them.
     *
     * @param others the rest, which is not trained; of equal names the views are taken
     */
    public Weights weights(Weights others) {
        Map<String, Weight> all = new LinkedHashMap<>(others.all());
        layout.entries().forEach(entry -> all.put(entry.name(), Weight.of(tensor(entry.name()))));
        return new Weights(all);
    }

    /** Frees the memory; further calls do nothing. */
    @Override
    public void close() {
        if (memory.scope().isAlive()) {
            memory.close();
        }
    }
}
