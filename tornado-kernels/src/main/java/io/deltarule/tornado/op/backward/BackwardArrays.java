package io.deltarule.tornado.op.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.engine.BackwardWalk;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.TrainingSpec;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.backward.GradientBuffers;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.parameter.ParameterArrays;
import io.deltarule.tornado.op.parameter.ParameterStacks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The arrays of a walk backward: gradients of slots, weights and what is carried, and what its kernels hand on to each other. */
public final class BackwardArrays {
    private final TrainingSpec spec;
    private final DeviceMemory memory;
    private final LayerArrays forward;
    /** Gradients of the outputs, which the caller gives. */
    private final Map<Slot, FloatArray> outputs = new LinkedHashMap<>();

    private final Map<Slot, FloatArray> gradients = new HashMap<>();
    private final ParameterArrays weights;
    /** What each operation carried into the run, and the gradients of that. */
    private final List<List<FloatArray>> before = new ArrayList<>();

    private final List<List<FloatArray>> carried = new ArrayList<>();
    private final Map<List<Object>, FloatArray> scratch = new HashMap<>();
    private final Map<List<Object>, IntArray> ints = new HashMap<>();
    private final Map<List<Object>, ChunkBuffers> chunks = new HashMap<>();
    private final Map<List<Object>, GradientBuffers> chunkGradients = new HashMap<>();

    /**
     * Allocates the gradients; the rest when an operation asks for it.
     *
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them
     */
    public BackwardArrays(
            TrainingSpec spec, BackwardWalk walk, LayerArrays forward, ParameterStacks stacks, DeviceMemory memory) {
        this.spec = spec;
        this.memory = memory;
        this.forward = forward;
        List<FloatArray> places =
                walk.widths().stream().map(width -> rows("gradients", width)).toList();
        walk.places().forEach((slot, place) -> {
            if (spec.layer().program().outputs().contains(slot)) {
                outputs.put(slot, zeros(memory.floats("gradients", spec.layer().maxTokens(), 1, slot.width())));
            } else {
                gradients.put(slot, places.get(place));
            }
        });
        weights = ParameterArrays.zeros(stacks, "gradient", memory);
        for (int i = 0; i < spec.layer().program().ops().size(); i++) {
            List<FloatArray> mine = forward.carried(i);
            before.add(mine.stream().map(one -> zeros(like(one))).toList());
            carried.add(mine.stream().map(one -> zeros(like(one))).toList());
        }
    }

    private FloatArray like(FloatArray array) {
        return memory.countsOnly()
                ? memory.floats("carried state", 1, 1, 1)
                : memory.floats("carried state", 1, 1, array.getSize());
    }

    private static FloatArray zeros(FloatArray array) {
        array.init(0);
        return array;
    }

    private FloatArray rows(String name, long width) {
        return zeros(memory.floats(name, spec.layer().maxTokens(), 1, width));
    }

    /** A slot's gradient [tokens, width]; null where it has none. */
    public FloatArray gradient(Slot slot) {
        FloatArray output = outputs.get(slot);
        return output == null ? gradients.get(slot) : output;
    }

    /** A weight's gradient; null where it is not trained. */
    public FloatArray weightGradient(String name) {
        return name == null ? null : weights.of(List.of(name));
    }

    /** The gradients of all that is trained. */
    public ParameterArrays weightGradients() {
        return weights;
    }

    /** What an operation carried into the run. */
    public List<FloatArray> before(int op) {
        return before.get(op);
    }

    /** All that was carried into the run. */
    public List<FloatArray> before() {
        return before.stream().flatMap(List::stream).toList();
    }

    /** The gradients of what an operation carries: of what it carried out of the run, then of what it carried in. */
    List<FloatArray> carriedGradients(int op) {
        return carried.get(op);
    }

    /** Rows [tokens, width] of the operation at hand, one for each purpose. */
    FloatArray scratch(String purpose, long width) {
        return scratch.computeIfAbsent(List.of(purpose, width), key -> rows(purpose, width));
    }

    /** The places of all choices of experts [tokens, chosen] in the experts' order, of the operation at hand. */
    IntArray choices(int chosen) {
        return ints.computeIfAbsent(
                List.of("choices", chosen),
                key -> memory.ints("choices", spec.layer().maxTokens(), 1, chosen));
    }

    /** Where each expert's choices begin, and where they end, likewise. */
    IntArray beginnings(int experts) {
        return ints.computeIfAbsent(
                List.of("beginnings", experts), key -> memory.ints("beginnings", 1, 1, experts + 1L));
    }

    /** Integers that kernels hand on. */
    public Collection<IntArray> integers() {
        return Collections.unmodifiableCollection(ints.values());
    }

    /** An array in the place of one that is not there; different numbers give different ones. */
    FloatArray absent(int which) {
        return scratch.computeIfAbsent(List.of("absent", which), key -> zeros(memory.floats("absent", 1, 1, 1)));
    }

    /** What the stages of a delta rule hand on; operations of one shape share it. */
    ChunkBuffers chunks(DeltaShape s, int C, int longest, boolean erases) {
        return chunks.computeIfAbsent(
                List.of(s, C, longest, erases),
                key -> longest == C ? forward.chunks(s, C, erases) : new ChunkBuffers(s, C, longest, erases, memory));
    }

    /** The same of its gradients. */
    GradientBuffers chunkGradients(DeltaShape s, int C, int longest, boolean erases) {
        return chunkGradients.computeIfAbsent(
                List.of(s, C, longest, erases), key -> new GradientBuffers(s, C, longest, erases, memory));
    }

    /** The gradients of the outputs that have one, by output. */
    public Map<Slot, FloatArray> outputs() {
        return new LinkedHashMap<>(outputs);
    }
}
