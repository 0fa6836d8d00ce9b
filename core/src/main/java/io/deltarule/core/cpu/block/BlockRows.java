package io.deltarule.core.cpu.block;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Spans;
import io.deltarule.core.layer.WeightType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rows of blocks of any kind. Offsets are in bytes, lengths are whole blocks. */
public final class BlockRows {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** As many bytes as a float vector has numbers. */
    static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Lanes.SPECIES.vectorBitSize() / 4)));

    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Lanes.SPECIES.vectorShape());

    /** Vectors of 4 floats would need ones of 4 bytes, which there are none of; longer ones than 16 do not divide a part. */
    private static final boolean VECTORS = Lanes.COUNT == 8 || Lanes.COUNT == 16;

    private BlockRows() {}

    /** Half precision to single. */
    static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(SHORT, at));
    }

    /** Copies count numbers as float32, as {@link WeightType#read} has them to the last bit. */
    public static void widen(WeightType type, MemorySegment w, long at, MemorySegment to, long toAt, int count) {
        if (!VECTORS) {
            one(type, w, at, to, toAt, count);
            return;
        }
        switch (type) {
            case Q8_0 -> Q8Blocks.widen(w, at, to, toAt, count);
            case Q4_0 -> Q4Blocks.widen(w, at, to, toAt, count);
            case Q4_K -> Q4KBlocks.widen(w, at, to, toAt, count);
            case Q5_K -> Q5KBlocks.widen(w, at, to, toAt, count);
            case Q6_K -> Q6KBlocks.widen(w, at, to, toAt, count);
            case F32, BF16, F16, F8_E4M3 -> one(type, w, at, to, toAt, count);
        }
    }

    /** One number after the other, on machines with other vectors. */
    private static void one(WeightType type, MemorySegment w, long at, MemorySegment to, long toAt, int count) {
        float[] block = new float[type.block()];
        for (int i = 0; i < count; i += block.length) {
            type.read(w, at + type.bytes(i), block, 0);
            MemorySegment.copy(block, 0, to, ValueLayout.JAVA_FLOAT, toAt + (long) i * Float.BYTES, block.length);
        }
    }

    /** Products of four rows and a vector: that of row j goes to float j · apart of y, from byte offset yAt on. */
    public static void four(
            WeightType type,
            MemorySegment w,
            long w0,
            long stride,
            MemorySegment x,
            long xAt,
            int n,
            MemorySegment y,
            long yAt,
            long apart) {
        if (VECTORS && type == WeightType.Q8_0) {
            Q8Blocks.four(w, w0, stride, x, xAt, n, y, yAt, apart);
            return;
        }
        for (int j = 0; j < 4; j++) {
            float sum = dot(type, w, w0 + j * stride, x, xAt, n);
            y.set(ValueLayout.JAVA_FLOAT, yAt + j * apart * Float.BYTES, sum);
        }
    }

    /** Σ w_i x_i over n numbers, from x at byte offset xAt on. */
    public static float dot(WeightType type, MemorySegment w, long at, MemorySegment x, long xAt, int n) {
        if (!VECTORS) {
            MemorySegment row = MemorySegment.ofArray(new float[n]);
            one(type, w, at, row, 0, n);
            return Spans.dot(row, 0, x, xAt, n);
        }
        return switch (type) {
            case Q8_0 -> Q8Blocks.dot(w, at, x, xAt, n);
            case Q4_0 -> Q4Blocks.dot(w, at, x, xAt, n);
            case Q4_K -> Q4KBlocks.dot(w, at, x, xAt, n);
            case Q5_K -> Q5KBlocks.dot(w, at, x, xAt, n);
            case Q6_K -> Q6KBlocks.dot(w, at, x, xAt, n);
            case F32, BF16, F16, F8_E4M3 -> throw new AssertionError(type);
        };
    }
}
