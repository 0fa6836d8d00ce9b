package io.deltarule.tornado.op;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.ProgramBlocks;
import io.deltarule.core.layer.Carried;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.SlotPlaces;
import io.deltarule.core.layer.Weight;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.graph.DeviceMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A layer plan's arrays: slots, weights, what is carried, and what kernels hand on to each other. */
public final class LayerArrays {
    private final LayerSpec spec;
    private final DeviceMemory memory;
    /** Whether weights will change: then they are float32, but for those that are kept as they are stored. */
    private final boolean trained;

    private final Map<Slot, FloatArray> slots = new HashMap<>();
    private final Map<String, int[]> shapes;
    private final Map<String, FloatArray> vectors;
    private final Map<List<String>, DeviceMatrix> matrices;
    private final List<IntArray> unread;
    private final List<List<FloatArray>> carried = new ArrayList<>();
    private final Map<Integer, FloatArray> taps = new LinkedHashMap<>();
    private final Map<List<Double>, LongArray> phases = new HashMap<>();
    private final Map<List<Object>, FloatArray> floats = new HashMap<>();
    private final Map<MatrixOp.CrossEntropy, List<FloatArray>> losses = new LinkedHashMap<>();
    private final Map<Integer, IntArray> ints = new HashMap<>();
    private final Map<Integer, LongArray> angles = new HashMap<>();
    private final Map<List<Object>, ChunkBuffers> chunks = new HashMap<>();

    /** The arrays of a program whose weights no other has. */
    public LayerArrays(LayerSpec spec, DeviceMemory memory) {
        this(spec, memory, null);
    }

    /**
     * Allocates slots and carried state; the rest when an operation asks for it.
     *
     * @param others the arrays of a program whose weights of the same names are this one's too; null for none
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them
     */
    public LayerArrays(LayerSpec spec, DeviceMemory memory, LayerArrays others) {
        this(spec, memory, others, null);
    }

    private LayerArrays(LayerSpec spec, DeviceMemory memory, LayerArrays others, ProgramBlocks blocks) {
        this.spec = spec;
        vectors = others == null ? new LinkedHashMap<>() : others.vectors;
        matrices = others == null ? new LinkedHashMap<>() : others.matrices;
        unread = others == null ? new ArrayList<>() : others.unread;
        this.memory = memory;
        trained = blocks != null;
        if (blocks != null) {
            BlockSlots places = new BlockSlots(spec.program(), blocks);
            List<FloatArray> shared = places.widths().stream().map(this::slots).toList();
            spec.program().slots().forEach(slot -> slots.put(slot, shared.get(places.array(slot))));
        } else {
            Set<Slot> exact = spec.storage() == Storage.FLOAT32 ? Set.of() : exact(spec.program());
            place(exact::contains, width -> memory.floats("slots", spec.maxTokens(), 1, width));
            place(slot -> !exact.contains(slot), this::slots);
        }
        shapes = spec.program().weights();
        if (others != null) {
            others.shapes.forEach((name, shape) -> {
                if (shapes.containsKey(name) && !Arrays.equals(shape, shapes.get(name))) {
                    throw new InvalidInputException("weight " + name + ": expected one shape in all programs but found "
                            + Arrays.toString(shape) + " and " + Arrays.toString(shapes.get(name)));
                }
            });
        }
        for (LayerOp op : spec.program().ops()) {
            List<FloatArray> own = new ArrayList<>();
            for (Carried one : op.carried(spec.maxContext())) {
                int[] shape = one.shape(spec.sequences());
                long rows = Arrays.stream(shape)
                        .asLongStream()
                        .limit(shape.length - 1L)
                        .reduce(1, (a, b) -> a * b);
                FloatArray state = memory.floats("carried state", rows, 1, shape[shape.length - 1]);
                state.init(0);
                own.add(state);
            }
            carried.add(own);
        }
    }

    /** The same with memory for every slot of a block, so that a run can be gone back over. */
    public static LayerArrays remembering(LayerSpec spec, ProgramBlocks blocks, DeviceMemory memory) {
        return new LayerArrays(spec, memory, null, blocks);
    }

    /** Slots that are float32 however others are kept: what enters and leaves, ids among it, and log-decays, which are summed up. */
    private static Set<Slot> exact(LayerProgram program) {
        Set<Slot> exact = new HashSet<>(SequenceOp.Delta.decays(program));
        exact.addAll(program.inputs());
        exact.addAll(program.outputs());
        return exact;
    }

    private void place(Predicate<Slot> which, IntFunction<FloatArray> allocated) {
        SlotPlaces places = new SlotPlaces(spec.program(), which);
        List<FloatArray> shared = places.widths().stream().map(allocated::apply).toList();
        spec.program().slots().stream().filter(which).forEach(slot -> slots.put(slot, shared.get(places.place(slot))));
    }

    private FloatArray slots(int width) {
        return memory.numbers("slots", spec.maxTokens(), 1, width);
    }

    /** A slot's rows [tokens, width]. */
    public FloatArray slot(Slot slot) {
        return slots.get(slot);
    }

    /** A weight as float32, for kernels other than those of matrices. */
    public FloatArray weight(String name) {
        return vectors.computeIfAbsent(name, key -> float32(List.of(key)));
    }

    /** A weight that is only read through {@link DeviceMatrix#read}. */
    public DeviceMatrix matrix(String name) {
        return matrices(List.of(name));
    }

    /** Weights of one shape, one after the other. */
    public DeviceMatrix matrices(List<String> names) {
        return matrices.computeIfAbsent(names, key -> {
            List<Weight> given = names.stream().map(this::given).toList();
            int bits = DeviceMatrix.bits(given);
            Storage sixteen = trained ? null : DeviceMatrix.sixteen(given, memory.storage());
            if (bits == 0 && sixteen != null) {
                return DeviceMatrix.sixteen(names.getFirst(), given, sixteen, size(names), memory);
            }
            if (bits == 0) {
                FloatArray numbers = names.size() == 1 ? weight(names.getFirst()) : float32(names);
                return new DeviceMatrix(numbers, unread(), 0);
            }
            return DeviceMatrix.stored(names.getFirst(), given, bits, size(names), memory);
        });
    }

    /** Stands in for packed integers where there are none. */
    public IntArray unread() {
        if (unread.isEmpty()) {
            IntArray none = memory.ints("no integers", 1, 1, 1);
            none.init(0);
            unread.add(none);
        }
        return unread.getFirst();
    }

    private Weight given(String name) {
        return spec.weights().get(name, shapes.get(name));
    }

    private long size(List<String> names) {
        return Arrays.stream(shapes.get(names.getFirst())).asLongStream().reduce(1, (a, b) -> a * b);
    }

    private FloatArray float32(List<String> names) {
        long size = size(names);
        FloatArray array = memory.floats("weight " + names.getFirst(), names.size(), 1, size);
        if (!memory.countsOnly()) {
            load(names, array);
        }
        return array;
    }

    private void load(List<String> names, FloatArray array) {
        long bytes = size(names) * Float.BYTES;
        for (int i = 0; i < names.size(); i++) {
            given(names.get(i)).copyTo(array.getSegment().asSlice(i * bytes, bytes));
        }
    }

    /** The float32 arrays of those weights that a plan has asked for so far, each with the names that lie there one after the other. */
    public Map<List<String>, FloatArray> numbers(Predicate<String> wanted) {
        Map<List<String>, FloatArray> all = new LinkedHashMap<>();
        vectors.forEach((name, array) -> all.put(List.of(name), array));
        matrices.forEach((names, matrix) -> {
            if (matrix.bits() == 0 && names.size() > 1) {
                all.put(names, matrix.numbers());
            }
        });
        all.keySet().removeIf(names -> names.stream().noneMatch(wanted));
        return all;
    }

    /** Takes up what weights are now: they lie in the caller's memory. */
    public void reload(Map<List<String>, FloatArray> numbers) {
        numbers.forEach(this::load);
    }

    /** A difference's taps, which are no weight of the program; differences of one width share them. */
    public FloatArray taps(SequenceOp.TokenDifference difference) {
        return taps.computeIfAbsent(difference.in().width(), width -> {
            FloatArray array = memory.floats("taps", width, 1, 2);
            if (!memory.countsOnly()) {
                Tensor numbers = difference.taps();
                for (int i = 0; i < numbers.size(); i++) {
                    array.set(i, numbers.get(i));
                }
            }
            return array;
        });
    }

    /** What the i-th operation carries. */
    public List<FloatArray> carried(int operation) {
        return carried.get(operation);
    }

    /** All that is carried, in {@link LayerSpec#carried}'s order. */
    public List<FloatArray> carried() {
        return carried.stream().flatMap(List::stream).toList();
    }

    /** Phases of these rates in radians: {@link RotaryKernels#phases}. */
    public LongArray phases(double... rates) {
        return phases.computeIfAbsent(Arrays.stream(rates).boxed().toList(), key -> {
            LongArray array = memory.longs("phases", rates.length, 1, 2);
            if (!memory.countsOnly()) {
                long[] values = RotaryKernels.phases(rates);
                for (int i = 0; i < values.length; i++) {
                    array.set(i, values[i]);
                }
            }
            return array;
        });
    }

    /** Weights with which a token's experts count [tokens, chosen], of the operation at hand. */
    public FloatArray expertWeights(int chosen) {
        return floats.computeIfAbsent(
                List.of("weights", chosen), key -> memory.floats("expert weights", spec.maxTokens(), 1, chosen));
    }

    /** What is in the middle of a token's experts [tokens, chosen, intermediate], of the operation at hand. */
    FloatArray hidden(int chosen, int intermediate) {
        return floats.computeIfAbsent(
                List.of("hidden", chosen, intermediate),
                key -> memory.floats("experts", spec.maxTokens(), chosen, intermediate));
    }

    /** A token's experts [tokens, chosen], of the operation at hand. */
    public IntArray experts(int chosen) {
        return ints.computeIfAbsent(chosen, key -> memory.ints("experts", spec.maxTokens(), 1, chosen));
    }

    /** Accumulated angles [tokens, width] of the operation at hand. */
    public LongArray angles(int width) {
        return angles.computeIfAbsent(width, w -> memory.longs("angles", spec.maxTokens(), 1, w));
    }

    /** Logits [tokens, classes], which go with their operation. */
    public FloatArray logits(MatrixOp.CrossEntropy op) {
        return losses(op).getFirst();
    }

    /** Logarithms of the sums of a loss's exponentials [tokens], likewise. */
    public FloatArray logSums(MatrixOp.CrossEntropy op) {
        return losses(op).getLast();
    }

    private List<FloatArray> losses(MatrixOp.CrossEntropy op) {
        return losses.computeIfAbsent(
                op,
                key -> List.of(
                        memory.floats("logits", spec.maxTokens(), 1, op.classes()),
                        memory.floats("log sums", spec.maxTokens(), 1, 1)));
    }

    /** What a run leaves besides its slots, and going back over it needs. */
    public List<FloatArray> leftBehind() {
        return losses.values().stream().flatMap(List::stream).toList();
    }

    /** What the stages of a delta rule hand on; operations of one shape share it. */
    public ChunkBuffers chunks(DeltaShape shape, int chunkSize, boolean solves) {
        return chunks.computeIfAbsent(
                List.of(shape, chunkSize, solves), key -> new ChunkBuffers(shape, chunkSize, solves, memory));
    }

    /** Integers that kernels hand on. */
    public List<TornadoNativeArray> integers() {
        List<TornadoNativeArray> all = new ArrayList<>(ints.values());
        all.addAll(angles.values());
        return all;
    }

    /** What goes to the device once. */
    public List<TornadoNativeArray> constants() {
        List<TornadoNativeArray> all = new ArrayList<>(vectors.values());
        for (DeviceMatrix matrix : matrices.values()) {
            all.add(matrix.numbers());
            if (matrix.bits() != 0) {
                all.add(matrix.packed());
            }
        }
        all.addAll(unread);
        all.addAll(phases.values());
        all.addAll(taps.values());
        return all;
    }
}
