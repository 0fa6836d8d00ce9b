package io.deltarule.cli.operation;

import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongToDoubleFunction;

/** A tensor's numbers as they lie in a file, each converted when it is asked for: nothing is copied, any size works. */
final class FileTensorValues {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfShort BITS16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

    private FileTensorValues() {}

    /**
     * The numbers of one tensor.
     *
     * @param file stays open while the result is used
     * @param tensor one of the file's
     * @return from row-major index to value
     * @throws InvalidInputException if its type is not a number that a double can hold
     */
    static LongToDoubleFunction of(SafetensorsFile file, TensorInfo tensor) {
        MemorySegment data = file.tensor(tensor.name());
        return switch (tensor.dtype()) {
            case F64 -> i -> data.getAtIndex(F64, i);
            case F32 -> i -> data.getAtIndex(F32, i);
            case F16 -> i -> Float.float16ToFloat(data.getAtIndex(BITS16, i));
            case BF16 -> i -> Float.intBitsToFloat(data.getAtIndex(BITS16, i) << 16);
            case I32 -> i -> data.getAtIndex(I32, i);
            case I64 -> i -> data.getAtIndex(I64, i);
            default ->
                throw new InvalidInputException("tensor " + tensor.name()
                        + ": expected type F64, F32, F16, BF16, I32 or I64 but found " + tensor.dtype()
                        + "; convert it first");
        };
    }
}
