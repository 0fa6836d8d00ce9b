package io.deltarule.models.format.weights;

import io.deltarule.core.layer.WeightType;
import io.deltarule.loader.GgufTensor;
import io.deltarule.loader.TensorInfo;
import java.util.Arrays;
import java.util.List;

/**
 * What a file says of one tensor, whatever the file's format.
 *
 * @param name in the file
 * @param type as the format calls it
 * @param weightType what its numbers are handed out as, nearly always the same, or null where no weight can be stored so
 * @param shape the extent of every axis, row-major, outermost first
 * @param byteSize how many bytes it has
 */
public record StoredTensor(String name, String type, WeightType weightType, List<Long> shape, long byteSize) {
    /** Copies the shape. */
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    static StoredTensor of(TensorInfo info) {
        WeightType type = switch (info.dtype()) {
            case F32 -> WeightType.F32;
            case BF16 -> WeightType.BF16;
            case F16 -> WeightType.F16;
            case F8_E4M3 -> WeightType.F8_E4M3;
            default -> null;
        };
        return new StoredTensor(
                info.name(),
                info.dtype().name(),
                type,
                Arrays.stream(info.shape()).boxed().toList(),
                info.byteSize());
    }

    static StoredTensor of(GgufTensor info) {
        WeightType type = switch (info.type()) {
            case F32 -> WeightType.F32;
            case BF16 -> WeightType.BF16;
            case F16 -> WeightType.F16;
            case Q8_0 -> WeightType.Q8_0;
            case Q4_0 -> WeightType.Q4_0;
            case Q4_K -> WeightType.Q4_K;
            case Q5_K -> WeightType.Q5_K;
            case Q6_K -> WeightType.Q6_K;
            default -> WidenedBlocks.has(info.type()) ? WeightType.F32 : null;
        };
        return new StoredTensor(info.name(), info.type().name(), type, info.shape(), info.byteSize());
    }

    /** The extents. */
    long[] extents() {
        return shape.stream().mapToLong(n -> n).toArray();
    }

    /** How many numbers it has. */
    public long elementCount() {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }
}
