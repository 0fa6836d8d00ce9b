package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.InRange;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithSize;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@link DataLayout} accepts exactly what arithmetic without overflow accepts: ranges that tile the data, each of the
 * size that shape and type ask for.
 */
class DataLayoutFuzzTest {
    private static final BigInteger LIMIT = BigInteger.valueOf(Long.MAX_VALUE);

    /**
     * One tensor's claims.
     *
     * @param gap from the end of the tensor before, 0 for a valid file
     * @param excess over the bytes that shape and type ask for, 0 for a valid file
     */
    record Claim(
            @NotNull Dtype dtype,
            @NotNull @WithSize(max = 5) List<@NotNull @InRange(min = 0) Long> shape,
            long gap,
            long excess) {}

    static Stream<Arguments> seeds() {
        Claim matrix = new Claim(Dtype.F32, List.of(3L, 4L), 0, 0);
        Claim scalar = new Claim(Dtype.BF16, List.of(), 0, 0);
        Claim packed = new Claim(Dtype.F4, List.of(2L, 0L, 8L), 0, 0);
        Claim half = new Claim(Dtype.F6_E2M3, List.of(3L), 0, 0);
        Claim huge = new Claim(Dtype.I64, List.of(1L << 32, 1L << 31), 0, 0);
        return Stream.of(
                Arguments.of(List.of(), false, 0L),
                Arguments.of(List.of(matrix, packed, scalar), false, 0L),
                Arguments.of(List.of(matrix, packed, scalar), true, 0L),
                Arguments.of(List.of(matrix, scalar), false, 1L),
                Arguments.of(List.of(scalar, new Claim(Dtype.U8, List.of(7L), -1, 0)), false, 0L),
                Arguments.of(List.of(new Claim(Dtype.F64, List.of(7L), 0, -8)), false, 0L),
                Arguments.of(List.of(half), false, 0L),
                Arguments.of(List.of(huge), false, 0L));
    }

    /**
     * Checks a layout put together from mutated claims.
     *
     * @param backwards whether the header lists the tensors in the reverse order of their bytes
     * @param rest bytes after the last tensor, 0 for a valid file
     */
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "5s") // Jazzer wants to be the last annotation
    void acceptsExactlyTheTilings(
            @NotNull @WithSize(max = 6) List<@NotNull Claim> claims, boolean backwards, long rest) {
        List<TensorInfo> tensors = new ArrayList<>();
        long end = 0;
        for (Claim claim : claims) {
            // Wraps where a hostile header would: numbers stay in the range that the parser lets through.
            long begin = (end + claim.gap()) & Long.MAX_VALUE;
            end = (begin + bits(claim).shiftRight(3).longValue() + claim.excess()) & Long.MAX_VALUE;
            long[] shape = claim.shape().stream().mapToLong(Long::longValue).toArray();
            tensors.add(new TensorInfo("t" + tensors.size(), claim.dtype(), shape, begin, end));
        }
        long dataSize = (end + rest) & Long.MAX_VALUE;
        List<TensorInfo> listed = new ArrayList<>(tensors);
        if (backwards) {
            Collections.reverse(listed);
        }
        boolean accepted;
        try {
            new DataLayout("fuzzed").check(listed, dataSize);
            accepted = true;
        } catch (SafetensorsException refusal) {
            accepted = false;
        }
        assertEquals(tiles(tensors, dataSize), accepted, () -> tensors + " of " + dataSize);
    }

    /** The rules once more, in arithmetic that cannot overflow. */
    private static boolean tiles(List<TensorInfo> tensors, long dataSize) {
        List<TensorInfo> sorted = new ArrayList<>(tensors);
        sorted.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        long start = 0;
        for (TensorInfo tensor : sorted) {
            BigInteger elements = BigInteger.ONE;
            for (long extent : tensor.shape()) {
                elements = elements.multiply(BigInteger.valueOf(extent));
                if (elements.compareTo(LIMIT) > 0) {
                    return false; // even if a later extent is 0, as in the reference implementation
                }
            }
            BigInteger bits =
                    elements.multiply(BigInteger.valueOf(tensor.dtype().bits()));
            BigInteger claimed = BigInteger.valueOf(tensor.end()).subtract(BigInteger.valueOf(tensor.begin()));
            if (tensor.begin() != start || bits.compareTo(LIMIT) > 0 || !bits.equals(claimed.shiftLeft(3))) {
                return false;
            }
            start = tensor.end();
        }
        return start == dataSize;
    }

    private static BigInteger bits(Claim claim) {
        return claim.shape().stream()
                .map(BigInteger::valueOf)
                .reduce(BigInteger.valueOf(claim.dtype().bits()), BigInteger::multiply);
    }
}
