package io.deltarule.core.cpu;

import io.deltarule.core.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A weight where BLAS can read it: in place if it lies off-heap at a multiple of four bytes, else copied once.
 *
 * @param owner the caller's memory, whose life is checked before every run
 * @param data the numbers; reaches the same memory from every thread, whichever made the caller's arena
 */
record LayerWeight(MemorySegment owner, MemorySegment data) {
    static LayerWeight of(Tensor tensor, Arena arena) {
        MemorySegment given = tensor.data();
        if (given.isNative() && given.address() % Float.BYTES == 0) {
            MemorySegment everywhere = MemorySegment.ofAddress(given.address()).reinterpret(given.byteSize());
            return new LayerWeight(given, everywhere);
        }
        MemorySegment copy = arena.allocate(given.byteSize(), 64).copyFrom(given);
        return new LayerWeight(copy, copy);
    }

    /** Refuses to read memory that its owner has freed. */
    void checkAlive(String name) {
        if (!owner.scope().isAlive()) {
            throw new IllegalStateException(
                    "weight " + name + ": its memory was freed; keep the arena open while plans use it");
        }
    }
}
