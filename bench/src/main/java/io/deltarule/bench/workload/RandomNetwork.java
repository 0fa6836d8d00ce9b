package io.deltarule.bench.workload;

import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import io.deltarule.models.format.RandomWeights;
import java.lang.foreign.Arena;
import java.util.function.LongConsumer;

/**
 * A layer or a model with random bfloat16 weights, the same on every call.
 *
 * @param program its operations
 * @param weights of all of them
 */
public record RandomNetwork(NetworkProgram program, Weights weights) {
    private static final long SEED = 1;

    /**
     * Makes one.
     *
     * @param arena owner of the weights' memory
     * @param allocated told of every weight's bytes after it was allocated
     */
    public static RandomNetwork of(NetworkSize size, Arena arena, LongConsumer allocated) {
        NetworkProgram program = NetworkProgram.of(size);
        return new RandomNetwork(
                program, RandomWeights.of(program.programs(), WeightType.BF16, SEED, arena, allocated));
    }
}
