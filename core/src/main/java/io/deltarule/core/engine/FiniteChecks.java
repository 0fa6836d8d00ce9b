package io.deltarule.core.engine;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/** Notices results that are not finite and says where they came from. */
public final class FiniteChecks {
    private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int BLOCK = 1 << 13;
    private static final int MAGNITUDE = 0x7fffffff;
    private static final int INFINITY = 0x7f800000;
    private static final String ERASING = "normalise k to unit length, or make beta or the erase gate smaller";
    private static final String ADDING =
            "nothing is erased, so writes add up: make beta, k or v smaller, or log-decays more negative";

    private FiniteChecks() {}

    /**
     * Row-major index of the first number that is not finite, or −1. Numbers are copied out in blocks, because a loop over a
     * segment runs on vectors only while its callers' segments are all of one kind.
     */
    public static long firstNotFinite(Tensor tensor) {
        long size = tensor.size();
        int[] block = new int[(int) Math.min(BLOCK, size)];
        for (long begin = 0; begin < size; begin += BLOCK) {
            int numbers = (int) Math.min(BLOCK, size - begin);
            MemorySegment.copy(tensor.data(), BITS, begin * Float.BYTES, block, 0, numbers);
            if (!allFinite(block, numbers)) {
                long at = begin;
                while (Float.isFinite(tensor.get(at))) {
                    at++;
                }
                return at;
            }
        }
        return -1;
    }

    /** Magnitudes order like their bits, and a maximum of integers vectorises. */
    private static boolean allFinite(int[] bits, int count) {
        int largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, bits[i] & MAGNITUDE);
        }
        return largest < INFINITY;
    }

    /**
     * Refuses a read-out [B, T, HV, V] with a number that is not finite.
     *
     * @throws NumericException naming the input that is not finite, or else sequence, head and token and the cure
     */
    public static void requireFiniteOutput(Variant variant, DeltaShape shape, DeltaInputs in, Tensor o) {
        long at = firstNotFinite(o);
        if (at < 0) {
            return;
        }
        requireFiniteInputs(in);
        long token = at / shape.V() / shape.HV();
        int[] ends = in.boundaries(shape);
        int sequence = 0;
        while (ends[sequence + 1] <= token) {
            sequence++;
        }
        throw grew(
                variant.erases(),
                sequence,
                at / shape.V() % shape.HV(),
                "at or before token " + (token - ends[sequence]));
    }

    /**
     * Refuses a state [N, HV, K, V] or [N, HV, L, K, V] with a number that is not finite.
     *
     * @throws NumericException naming the input that is not finite, or else sequence, head and the cure
     */
    public static void requireFiniteState(Variant variant, DeltaShape shape, DeltaInputs in, Tensor state) {
        long at = firstNotFinite(state);
        if (at < 0) {
            return;
        }
        requireFiniteInputs(in);
        long head = at / shape.state().numbersPerHead();
        throw grew(variant.erases(), head / shape.HV(), head % shape.HV(), "by its last token");
    }

    /**
     * Refuses a gradient with a number that is not finite.
     *
     * @throws NumericException naming the input or cotangent that is not finite, or else the gradient and the cure
     */
    public static void requireFiniteGradient(
            Variant variant, String name, Tensor gradient, DeltaInputs in, DeltaCotangents given) {
        long at = firstNotFinite(gradient);
        if (at < 0) {
            return;
        }
        requireFiniteInputs(in);
        requireFinite("d_o", given.o());
        requireFinite("d_o_cross", given.oCross());
        requireFinite("d_final_state", given.finalState());
        throw new NumericException(name + ": grew beyond float32 at row-major index " + at
                + " although every input and " + "cotangent is finite; " + (variant.erases() ? ERASING : ADDING));
    }

    private static void requireFinite(String name, Tensor tensor) {
        if (tensor != null) {
            long at = firstNotFinite(tensor);
            if (at >= 0) {
                throw notFinite(name, tensor.get(at), at);
            }
        }
    }

    /**
     * The error for a state that left float32 although what it was made of is finite.
     *
     * @param erases whether the variant has an erase key
     * @param when since when, as in "by its last token"
     */
    public static NumericException grew(boolean erases, long sequence, long head, String when) {
        return new NumericException("the state of sequence " + sequence + ", value head " + head
                + " grew beyond float32 " + when + " of the sequence although every input there is finite; "
                + (erases ? ERASING + " (the recurrent form may get further than chunks)" : ADDING));
    }

    private static void requireFiniteInputs(DeltaInputs in) {
        for (Map.Entry<Input, Tensor> entry : in.tensors().entrySet()) {
            Tensor tensor = entry.getValue();
            for (long i = 0; i < tensor.size(); i++) {
                float x = tensor.get(i);
                boolean reset = entry.getKey() == Input.G && x == Float.NEGATIVE_INFINITY;
                if (!Float.isFinite(x) && !reset) {
                    throw notFinite(entry.getKey().id(), x, i);
                }
            }
        }
        requireFinite("initial_state", in.initialState());
    }

    /** The error for a number that is not finite, at a row-major index. */
    public static NumericException notFinite(String name, float found, long at) {
        return new NumericException(
                name + ": expected finite numbers but found " + found + " at row-major index " + at);
    }
}
