package io.deltarule.tornado.graph;

import io.deltarule.core.Tensor;
import io.deltarule.tornado.quirks.InfiniteDecays;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Copies between callers' tensors and the host sides of device arrays. */
public final class HostCopies {
    private HostCopies() {}

    /** Copies a tensor to the beginning of an array. */
    public static void copyIn(Tensor from, FloatArray to) {
        MemorySegment.copy(from.data(), 0, to.getSegment(), 0, from.data().byteSize());
    }

    /** Copies log-decays likewise, −∞ as what stands for it on the device: {@link InfiniteDecays}. */
    public static void copyDecaysIn(Tensor from, FloatArray to) {
        MemorySegment target = to.getSegment();
        long size = from.size();
        for (long i = 0; i < size; i++) {
            target.setAtIndex(Tensor.FLOAT, i, InfiniteDecays.finite(from.get(i)));
        }
    }

    /** An array's host side as a tensor of these axes, not copied. */
    public static Tensor view(FloatArray array, int... dims) {
        long numbers = 1;
        for (int length : dims) {
            numbers *= length;
        }
        return Tensor.view(array.getSegment().asSlice(0, numbers * Float.BYTES), dims);
    }

    /** Copies as much of an array as the tensor holds. */
    public static void copyOut(FloatArray from, Tensor to) {
        MemorySegment.copy(from.getSegment(), 0, to.data(), 0, to.data().byteSize());
    }
}
