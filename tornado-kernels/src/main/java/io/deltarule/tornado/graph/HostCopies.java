package io.deltarule.tornado.graph;

import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.tornado.quirks.InfiniteDecays;
import io.deltarule.tornado.stored.StoredArrays;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Copies between callers' tensors and the host sides of device arrays. */
public final class HostCopies {
    private HostCopies() {}

    /** Copies a tensor to the beginning of an array, rounded to what that keeps. */
    public static void copyIn(Tensor from, FloatArray to) {
        StoredArrays.copyIn(from, to);
    }

    /** Copies log-decays likewise, −∞ as what stands for it on the device: {@link InfiniteDecays}. */
    public static void copyDecaysIn(Tensor from, FloatArray to) {
        MemorySegment target = to.getSegment();
        long size = from.size();
        for (long i = 0; i < size; i++) {
            target.setAtIndex(Tensor.FLOAT, i, InfiniteDecays.finite(from.get(i)));
        }
    }

    /** An array's host side as a tensor of these axes, copied only where it is kept in 16 bits. */
    public static Tensor view(FloatArray array, int... dims) {
        if (StoredArrays.storage(array) != Storage.FLOAT32) {
            Tensor copy = Tensor.zeros(dims);
            StoredArrays.copyOut(array, copy);
            return copy;
        }
        long numbers = 1;
        for (int length : dims) {
            numbers *= length;
        }
        return Tensor.view(array.getSegment().asSlice(0, numbers * Float.BYTES), dims);
    }

    /** Copies as much of an array as the tensor holds. */
    public static void copyOut(FloatArray from, Tensor to) {
        StoredArrays.copyOut(from, to);
    }
}
