package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.block.BlockRows;
import io.deltarule.core.cpu.math.Float8;
import io.deltarule.core.cpu.math.HalfFloats;
import io.deltarule.core.layer.BlockScales;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A weight where its kernels can read it: in place if it lies off-heap (float32: at a multiple of four bytes, for BLAS),
 * else copied once.
 *
 * @param owner the caller's memory, whose life is checked before every run
 * @param data the numbers; reaches the same memory from every thread, whichever made the caller's arena
 * @param type how they are stored
 * @param scales what they are multiplied by, null for nothing
 * @param width numbers in a row
 */
public record LayerWeight(MemorySegment owner, MemorySegment data, WeightType type, BlockScales scales, int width) {
    public static LayerWeight of(Weight weight, Arena arena) {
        int width = weight.rank() == 0 ? 1 : weight.dim(weight.rank() - 1);
        MemorySegment given = weight.data();
        boolean native4 = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN && given.address() % Float.BYTES == 0;
        if (given.isNative() && (native4 || weight.type() != WeightType.F32)) {
            MemorySegment everywhere = MemorySegment.ofAddress(given.address()).reinterpret(given.byteSize());
            return new LayerWeight(given, everywhere, weight.type(), weight.scales(), width);
        }
        MemorySegment copy = arena.allocate(given.byteSize(), 64);
        if (weight.type() == WeightType.F32) {
            weight.copyTo(copy);
        } else {
            copy.copyFrom(given);
        }
        return new LayerWeight(copy, copy, weight.type(), weight.scales(), width);
    }

    /** Whether this is a copy of a weight, which does not follow when its numbers change. */
    public boolean copied(Weight weight) {
        return !weight.data().isNative() || weight.data().address() != data.address();
    }

    /** Refuses to read memory that its owner has freed. */
    public void checkAlive(String name) {
        if (!owner.scope().isAlive()) {
            throw new IllegalStateException(
                    "weight " + name + ": its memory was freed; keep the arena open while plans use it");
        }
    }

    /** Copies numbers [from, from + count), whole blocks, as float32 to a byte offset; nothing past them is touched. */
    public void copy(long from, int count, MemorySegment to, long toAt) {
        switch (type) {
            case F32 -> MemorySegment.copy(data, from * Float.BYTES, to, toAt, (long) count * Float.BYTES);
            case BF16 -> HalfFloats.widenBrain(data, from * Short.BYTES, to, toAt, count);
            case F16 -> HalfFloats.widen(data, from * Short.BYTES, to, toAt, count);
            case F8_E4M3 -> scaled(from, count, to, toAt);
            case Q8_0, Q4_0, Q4_K, Q5_K, Q6_K -> BlockRows.widen(type, data, type.bytes(from), to, toAt, count);
        }
    }

    /** The same to an array, by way of some memory with room for them. */
    public void copy(long from, int count, float[] to, int at, MemorySegment way) {
        if (type == WeightType.F32) {
            MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, from * Float.BYTES, to, at, count);
        } else {
            copy(from, count, way, 0);
            MemorySegment.copy(way, ValueLayout.JAVA_FLOAT, 0, to, at, count);
        }
    }

    /** In runs of one scale. */
    private void scaled(long from, int count, MemorySegment to, long toAt) {
        int run;
        for (int i = 0; i < count; i += run) {
            long row = (from + i) / width;
            int column = (int) ((from + i) % width);
            int end = scales == null ? width : Math.min(width, (column / scales.side() + 1) * scales.side());
            run = Math.min(count - i, end - column);
            float scale = scales == null ? 1 : scales.at(row, column);
            Float8.widen(data, from + i, to, toAt + (long) i * Float.BYTES, run, scale);
        }
    }
}
