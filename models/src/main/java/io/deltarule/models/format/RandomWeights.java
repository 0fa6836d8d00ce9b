package io.deltarule.models.format;

import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Random weights in memory for programs that no folder holds, spread as {@link RandomModel} spreads those that it writes.
 * The same programs, type and seed give the same numbers on every machine.
 */
public final class RandomWeights {
    private RandomWeights() {}

    /**
     * Makes the weights of some programs, each weight once.
     *
     * @param programs which share weights of the same name
     * @param type of every weight
     * @param seed of the numbers
     * @param arena owner of their memory
     * @param allocated told of every weight's bytes after it was allocated
     */
    public static Weights of(
            List<LayerProgram> programs, WeightType type, long seed, Arena arena, LongConsumer allocated) {
        List<LayerOp> ops =
                programs.stream().flatMap(program -> program.ops().stream()).toList();
        Map<String, Weight> made = new LinkedHashMap<>();
        for (LayerOp op : ops) {
            op.weights().forEach((name, dims) -> {
                if (!made.containsKey(name)) {
                    RandomTensor tensor = new RandomTensor(
                            Arrays.stream(dims).asLongStream().toArray(),
                            RandomTensor.Range.of(op, name, dims, isProjection(name, ops)));
                    MemorySegment data = arena.allocate(type.bytes(tensor.count()), 64);
                    tensor.fill(data, type, RandomTensor.seed(seed, name));
                    made.put(name, Weight.view(data, type, dims));
                    allocated.accept(data.byteSize());
                }
            });
        }
        return new Weights(made);
    }

    /** Whether a projection multiplies by the weight: an embedding that is the head too has to keep the size of numbers. */
    private static boolean isProjection(String weight, List<LayerOp> ops) {
        return ops.stream().anyMatch(op -> op instanceof MatrixOp.Linear l && weight.equals(l.weight()));
    }
}
