package io.deltarule.bench.workload;

import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * A layer or a model with seeded random bfloat16 weights.
 *
 * @param program its operations
 * @param weights of all of them
 */
public record RandomNetwork(NetworkProgram program, Weights weights) {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Makes one.
     *
     * @param allocated told of every tensor's bytes after it was allocated
     */
    public static RandomNetwork of(NetworkSize size, Arena arena, LongConsumer allocated) {
        NetworkProgram program = NetworkProgram.of(size);
        Map<String, Weight> weights = new HashMap<>();
        SplittableRandom random = new SplittableRandom(1);
        program.weights().forEach((name, dims) -> {
            Weight weight = random(dims, random, arena);
            weights.put(name, weight);
            allocated.accept(weight.data().byteSize());
        });
        return new RandomNetwork(program, new Weights(weights));
    }

    /** Matrices that keep the size of numbers, and small positive vectors: gains, decays and their biases. */
    private static Weight random(int[] dims, SplittableRandom random, Arena arena) {
        long count = 1;
        for (int dim : dims) {
            count *= dim;
        }
        MemorySegment data = arena.allocate(count * Short.BYTES, 64);
        double bound = dims.length > 1 ? Math.sqrt(3.0 / dims[dims.length - 1]) : 1;
        for (long i = 0; i < count; i++) {
            float value = (float) (dims.length > 1 ? random.nextDouble(-bound, bound) : random.nextDouble(0.5, bound));
            data.set(SHORT, i * Short.BYTES, (short) (Float.floatToRawIntBits(value) >> 16));
        }
        return Weight.view(data, WeightType.BF16, dims);
    }
}
