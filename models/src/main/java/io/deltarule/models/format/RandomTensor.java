package io.deltarule.models.format;

import io.deltarule.core.Storage;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.WeightType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** A tensor of random numbers, evenly spread over a range; large ones are filled by all processors. */
final class RandomTensor {
    private static final int BLOCK = 1 << 16;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final long[] shape;
    private final Range range;

    /** Takes over the shape. */
    RandomTensor(long[] shape, Range range) {
        this.shape = shape;
        this.range = range;
    }

    /**
     * Where the numbers are.
     *
     * @param from the least
     * @param to the largest
     */
    record Range(double from, double to) {
        /** What fits an operation's weight: projections keep the size of numbers. */
        static Range of(LayerOp op, String weight, int[] dims, boolean tied) {
            return switch (op) {
                case ElementwiseOp.LogDecay d when weight.equals(d.aLog()) -> new Range(0, 2.7);
                case ElementwiseOp.LogDecay d -> new Range(-7, -2);
                case ElementwiseOp.TimeStep d when weight.equals(d.aLog()) -> new Range(0, 2.7);
                case ElementwiseOp.TimeStep d -> new Range(-7, -2);
                case ElementwiseOp.Scale c -> around(1, 0.3);
                case NormOp.RmsNorm n when n.zeroCentred() -> around(0, 0.3);
                case NormOp.RmsNorm n -> around(1, 0.3);
                case NormOp.LayerNorm n when weight.equals(n.weight()) -> around(1, 0.3);
                case MatrixOp.Embedding e when !tied -> around(0, Math.sqrt(3));
                case MatrixOp.Experts e when weight.equals(e.routing().correction()) -> around(0, 0.1);
                default -> dims.length == 1 ? around(0, 0.2) : around(0, Math.sqrt(3.0 / dims[dims.length - 1]));
            };
        }

        private static Range around(double centre, double half) {
            return new Range(centre - half, centre + half);
        }
    }

    /** A tensor's own seed: it has the same numbers whatever other tensors there are. */
    static long seed(long model, String tensor) {
        return model * 31 + tensor.hashCode();
    }

    long[] shape() {
        return shape.clone();
    }

    long count() {
        long count = 1;
        for (long n : shape) {
            count *= n;
        }
        return count;
    }

    /** Fills memory with as many numbers, little-endian; each block has a seed of its own. */
    void fill(MemorySegment bytes, WeightType type, long seed) {
        long count = count();
        LongStream.range(0, (count + BLOCK - 1) / BLOCK).parallel().forEach(block -> {
            SplittableRandom random = new SplittableRandom(seed + block * 0x9E3779B97F4A7C15L);
            long end = Math.min(count, (block + 1) * BLOCK);
            for (long i = block * BLOCK; i < end; i++) {
                put(bytes, type, i, (float) (range.from() + (range.to() - range.from()) * random.nextDouble()));
            }
        });
    }

    /** Stores one number, rounded to the nearest that the type has, a tie to the even one. */
    static void put(MemorySegment bytes, WeightType type, long i, float value) {
        switch (type) {
            case F32 -> bytes.setAtIndex(FLOAT, i, value);
            case F16 -> bytes.setAtIndex(SHORT, i, Float.floatToFloat16(value));
            case BF16 -> bytes.setAtIndex(SHORT, i, Storage.BFLOAT16.encode(value));
            case Q8_0, Q4_0, Q4_K, Q5_K, Q6_K, F8_E4M3 ->
                throw new IllegalArgumentException(type + ": random numbers are made one by one, not in blocks");
        }
    }
}
