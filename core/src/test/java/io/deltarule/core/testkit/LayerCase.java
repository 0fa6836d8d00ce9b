package io.deltarule.core.testkit;

import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A program with seeded random weights and inputs: projections keep the size of numbers, decays are spread as models
 * initialise them.
 *
 * @param name shown in test reports
 * @param program what runs
 * @param type how its weights are stored: rounded to that, and then the same numbers for every engine
 */
public record LayerCase(String name, LayerProgram program, WeightType type) {
    /** With float32 weights. */
    public LayerCase(String name, LayerProgram program) {
        this(name, program, WeightType.F32);
    }

    /** The same with weights stored in another way. */
    public LayerCase storedAs(WeightType other) {
        return new LayerCase(name + ", " + other, program, other);
    }

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The same numbers on every call. */
    public Weights weights() {
        Random random = new Random(name.hashCode());
        Map<String, Tensor> weights = new HashMap<>();
        program.ops()
                .forEach(op -> op.weights().forEach((weight, dims) -> {
                    weights.computeIfAbsent(weight, w -> make(op, w, dims, random));
                }));
        if (type == WeightType.F32) {
            return Weights.of(weights);
        }
        Map<String, Weight> stored = new HashMap<>();
        weights.forEach((key, tensor) -> stored.put(key, round(tensor)));
        return new Weights(stored);
    }

    /** Rounded to nearest, off-heap and at an odd address, as a mapped file may have it. */
    private Weight round(Tensor tensor) {
        if (RandomBlocks.has(type)) {
            return tensor.dims().length > 1 ? RandomBlocks.weight(type, tensor.dims()) : Weight.of(tensor);
        }
        MemorySegment data =
                Arena.ofAuto().allocate(1 + tensor.size() * Short.BYTES, 2).asSlice(1);
        for (long i = 0; i < tensor.size(); i++) {
            int bits = Float.floatToRawIntBits(tensor.get(i));
            short rounded = type == WeightType.F16
                    ? Float.floatToFloat16(tensor.get(i))
                    : (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
            data.set(SHORT, i * Short.BYTES, rounded);
        }
        return Weight.view(data, type, tensor.dims());
    }

    private static Tensor make(LayerOp op, String name, int[] dims, Random random) {
        return switch (op) {
            case ElementwiseOp.LogDecay d when name.equals(d.aLog()) -> DeltaCase.uniform(random, 0, 2.7, dims);
            case ElementwiseOp.LogDecay d -> DeltaCase.uniform(random, -7, -2, dims);
            case ElementwiseOp.TimeStep d ->
                name.equals(d.aLog())
                        ? DeltaCase.uniform(random, 0, 2.7, dims)
                        : DeltaCase.uniform(random, -7, -2, dims);
            case ElementwiseOp.Scale c -> DeltaCase.uniform(random, 0.5, 1.5, dims);
            case PositionOp.SelectiveRotary r -> DeltaCase.uniform(random, 0.5, 1.5, dims);
            case NormOp.RmsNorm n ->
                DeltaCase.uniform(random, n.zeroCentred() ? -0.5 : 0.5, n.zeroCentred() ? 0.5 : 1.5, dims);
            default -> {
                Tensor weight = DeltaCase.gaussian(random, dims);
                double size = op instanceof MatrixOp.Embedding ? 1 : 1 / Math.sqrt(dims[dims.length - 1]);
                for (long i = 0; i < weight.size(); i++) {
                    weight.set(i, (float) (size * weight.get(i)));
                }
                yield weight;
            }
        };
    }

    /** Capacities for some sequences; chunks of 16 so that short runs have several. */
    public LayerSpec spec(int maxTokens, int sequences, int maxContext) {
        return LayerSpec.of(program, weights(), maxTokens, sequences, maxContext)
                .withChunkSize(16);
    }

    /** Rows for every input slot: standard normals, ids, or labels, some of which do not count. */
    public List<Tensor> inputs(int tokens, long seed) {
        Random random = new Random(seed);
        List<Tensor> inputs = new ArrayList<>();
        for (Slot slot : program.inputs()) {
            Tensor rows = DeltaCase.gaussian(random, tokens, slot.width());
            for (LayerOp op : program.ops()) {
                if (op instanceof MatrixOp.Embedding e && e.ids().equals(slot)) {
                    for (long i = 0; i < tokens; i++) {
                        rows.set(i, random.nextInt(e.rows()));
                    }
                }
                if (op instanceof MatrixOp.CrossEntropy loss && loss.labels().equals(slot)) {
                    for (long i = 0; i < tokens; i++) {
                        rows.set(i, random.nextInt(loss.classes() + 1) - 1);
                    }
                }
            }
            inputs.add(rows);
        }
        return inputs;
    }

    /** Inputs rounded to what an engine keeps of numbers, where they are numbers. */
    List<Tensor> roundedTo(Storage storage, List<Tensor> inputs) {
        Set<Slot> decays = SequenceOp.Delta.decays(program);
        List<Tensor> rounded = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Slot slot = program.inputs().get(i);
            boolean whole = decays.contains(slot) || !holdsNumbers(slot);
            rounded.add(whole ? inputs.get(i) : rounded(inputs.get(i), storage));
        }
        return rounded;
    }

    /** A specification with its weights rounded likewise. */
    LayerSpec roundedTo(Storage storage, LayerSpec spec) {
        if (storage == Storage.FLOAT32) {
            return spec;
        }
        Map<String, Weight> weights = new HashMap<>();
        program.weights().forEach((name, dims) -> {
            Weight weight = spec.weights().get(name, dims);
            float[] numbers = new float[(int) weight.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = storage.round(weight.get(i));
            }
            weights.put(name, Weight.of(Tensor.of(numbers, dims)));
        });
        return spec.withWeights(new Weights(weights));
    }

    private static Tensor rounded(Tensor x, Storage storage) {
        float[] values = x.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = storage.round(values[i]);
        }
        return Tensor.of(values, x.dims());
    }

    /** Whether an input holds numbers rather than ids or labels. */
    public boolean holdsNumbers(Slot input) {
        return program.ops().stream().noneMatch(op -> switch (op) {
            case MatrixOp.Embedding e -> e.ids().equals(input);
            case MatrixOp.CrossEntropy c -> c.labels().equals(input);
            default -> false;
        });
    }

    /** Outputs for so many tokens, poisoned with NaN. */
    public List<Tensor> outputs(int tokens) {
        return program.outputs().stream()
                .map(slot -> Tensor.zeros(tokens, slot.width()).fill(Float.NaN))
                .toList();
    }

    /** Rows [from, to) of each tensor, copied. */
    public static List<Tensor> rows(List<Tensor> tensors, int from, int to) {
        return tensors.stream()
                .map(tensor -> {
                    int width = tensor.dim(1);
                    long row = (long) width * Float.BYTES;
                    Tensor part = Tensor.zeros(to - from, width);
                    part.copyFrom(Tensor.view(tensor.data().asSlice(from * row, (to - from) * row), to - from, width));
                    return part;
                })
                .toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
