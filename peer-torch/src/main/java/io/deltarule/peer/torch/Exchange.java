package io.deltarule.peer.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Tensors in and out of PyTorch: what lies off-heap is used where it lies, arrays are copied. */
final class Exchange {
    private Exchange() {}

    /** A tensor as PyTorch's. Off-heap both are the same memory, and the first has to outlive the second. */
    static NDArray wrap(NDManager manager, Tensor tensor) {
        Shape shape = shape(tensor);
        if (tensor.data().isNative() && tensor.size() > 0) {
            return manager.create(bytes(tensor), shape, DataType.FLOAT32);
        }
        return manager.create(tensor.toArray(), shape);
    }

    /** Copies PyTorch's numbers into a tensor of as many. */
    static void store(NDManager manager, NDArray from, Tensor to) {
        if (to.data().isNative() && to.size() > 0) {
            try (NDArray target = manager.create(bytes(to), shape(to), DataType.FLOAT32)) {
                target.set(new NDIndex(":"), from.getShape().equals(shape(to)) ? from : from.reshape(shape(to)));
            }
        } else {
            to.copyFrom(Tensor.of(from.toFloatArray(), to.dims()));
        }
    }

    private static ByteBuffer bytes(Tensor tensor) {
        if (tensor.data().byteSize() > Integer.MAX_VALUE) {
            throw new InvalidInputException("engine torch: expected tensors of less than 2 GiB but found " + tensor);
        }
        return tensor.data().asByteBuffer().order(ByteOrder.nativeOrder());
    }

    private static Shape shape(Tensor tensor) {
        long[] dims = new long[tensor.rank()];
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = tensor.dim(axis);
        }
        return new Shape(dims);
    }
}
