package io.deltarule.core.cpu.block;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.NativeMemory;
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

    /** Whether this machine has vectors that kernels here are written for. */
    static boolean vectors() {
        return VECTORS;
    }

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

    /** Floats that a vector of n numbers takes as {@link #prepare} leaves it, of any type at most. */
    public static int prepared(int n) {
        return 2 * n;
    }

    /** Lays out a vector of n numbers as the products with rows of a type want it: with sums that are the same for every row. */
    public static void prepare(WeightType type, MemorySegment x, long at, int n, MemorySegment to, long toAt) {
        if (!VECTORS || type == WeightType.Q8_0) {
            MemorySegment.copy(x, at, to, toAt, (long) n * Float.BYTES);
        } else if (type == WeightType.Q4_0) {
            Q4Blocks.prepare(x, at, n, to, toAt);
        } else if (type == WeightType.Q6_K) {
            PreparedVector.timesMinus32(x, at, n, to, toAt);
        } else {
            PreparedVector.partSums(x, at, n, to, toAt);
        }
    }

    /**
     * Products of pairs of rows and a vector. Pairs, because they share what is loaded of x and leave the JIT the registers to
     * take several blocks of them at once.
     *
     * @param count how many pairs; each row lies behind the one of the pair before, and so does its product
     * @param w the rows, off-heap
     * @param w0 where the first pair's one row begins
     * @param w1 where its other row begins
     * @param x what {@link #prepare} made of n numbers, off-heap, from byte offset xAt on
     * @param y0 byte offset in y of the first row's product
     * @param y1 and of the second's
     */
    public static void pairs(
            WeightType type,
            int count,
            MemorySegment w,
            long w0,
            long w1,
            MemorySegment x,
            long xAt,
            int n,
            MemorySegment y,
            long y0,
            long y1) {
        long row = type.bytes(n);
        long a0 = NativeMemory.address(w, w0, count * row);
        long a1 = NativeMemory.address(w, w1, count * row);
        long v = NativeMemory.address(x, xAt, (long) prepared(n) * Float.BYTES);
        for (int i = 0; i < count; i++) {
            long z0 = y0 + (long) i * Float.BYTES;
            long z1 = y1 + (long) i * Float.BYTES;
            if (VECTORS) {
                two(type, a0 + i * row, a1 + i * row, v, n, y, z0, z1);
            } else {
                y.set(ValueLayout.JAVA_FLOAT, z0, oneDot(type, w, w0 + i * row, x, xAt, n));
                y.set(ValueLayout.JAVA_FLOAT, z1, oneDot(type, w, w1 + i * row, x, xAt, n));
            }
        }
    }

    private static void two(WeightType type, long w0, long w1, long x, int n, MemorySegment y, long y0, long y1) {
        switch (type) {
            case Q8_0 -> Q8Blocks.two(w0, w1, x, n, y, y0, y1);
            case Q4_0 -> Q4Blocks.two(w0, w1, x, n, y, y0, y1);
            case Q4_K -> {
                y.set(ValueLayout.JAVA_FLOAT, y0, Q4KBlocks.one(w0, x, n));
                y.set(ValueLayout.JAVA_FLOAT, y1, Q4KBlocks.one(w1, x, n));
            }
            case Q5_K -> {
                y.set(ValueLayout.JAVA_FLOAT, y0, Q5KBlocks.one(w0, x, n));
                y.set(ValueLayout.JAVA_FLOAT, y1, Q5KBlocks.one(w1, x, n));
            }
            case Q6_K -> {
                y.set(ValueLayout.JAVA_FLOAT, y0, Q6KBlocks.one(w0, x, n));
                y.set(ValueLayout.JAVA_FLOAT, y1, Q6KBlocks.one(w1, x, n));
            }
            case F32, BF16, F16, F8_E4M3 -> throw new AssertionError(type);
        }
    }

    private static float oneDot(WeightType type, MemorySegment w, long at, MemorySegment x, long xAt, int n) {
        MemorySegment row = MemorySegment.ofArray(new float[n]);
        one(type, w, at, row, 0, n);
        return Spans.dot(row, 0, x, xAt, n);
    }
}
