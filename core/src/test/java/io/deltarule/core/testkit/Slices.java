package io.deltarule.core.testkit;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import java.util.Map;

/** Cuts operations along time, for laws about splitting and packing. */
public final class Slices {
    private Slices() {}

    /** Tokens [from, to) of every batch row; keeps the initial state. */
    public static DeltaInputs tokens(DeltaInputs in, DeltaShape s, int from, int to) {
        DeltaInputs out = new DeltaInputs(s.householders(), Map.of(), in.initialState(), null);
        for (Map.Entry<Input, Tensor> entry : in.tensors().entrySet()) {
            int per = entry.getKey().perToken() ? 1 : s.householders();
            out = out.with(entry.getKey(), rows(entry.getValue(), from * per, to * per));
        }
        return out;
    }

    /** Sequence i of a packed batch, alone. */
    static DeltaInputs sequence(DeltaInputs in, DeltaShape s, int i) {
        int[] ends = in.cuSeqlens();
        DeltaInputs one = tokens(in, s, ends[i], ends[i + 1]);
        return in.initialState() == null ? one : one.withInitialState(state(in.initialState(), i));
    }

    /** Sequence i of a packed batch's outputs, alone. */
    static DeltaOutputs sequence(DeltaOutputs out, DeltaShape s, int[] ends, int i) {
        return new DeltaOutputs(
                rows(out.o(), ends[i], ends[i + 1]),
                out.oCross() == null ? null : rows(out.oCross(), ends[i], ends[i + 1]),
                state(out.finalState(), i));
    }

    static Tensor state(Tensor states, int i) {
        int[] dims = states.dims();
        dims[0] = 1;
        Tensor one = Tensor.zeros(dims);
        for (long x = 0; x < one.size(); x++) {
            one.set(x, states.get(i * one.size() + x));
        }
        return one;
    }

    static Tensor rows(Tensor t, int from, int to) {
        int[] dims = t.dims();
        int T = dims[1];
        dims[1] = to - from;
        long row = T == 0 ? 0 : t.size() / Math.max(1, dims[0]) / T;
        Tensor out = Tensor.zeros(dims);
        long at = 0;
        for (int b = 0; b < dims[0]; b++) {
            for (long x = (b * (long) T + from) * row; x < (b * (long) T + to) * row; x++) {
                out.set(at++, t.get(x));
            }
        }
        return out;
    }

    /** Joins two runs' read-outs along time, with the given state after them. */
    public static DeltaOutputs join(DeltaOutputs first, DeltaOutputs second, Tensor finalState) {
        return new DeltaOutputs(
                join(first.o(), second.o()),
                first.oCross() == null ? null : join(first.oCross(), second.oCross()),
                finalState);
    }

    static Tensor join(Tensor first, Tensor second) {
        int[] dims = first.dims();
        int a = first.dim(1);
        int b = second.dim(1);
        dims[1] = a + b;
        Tensor out = Tensor.zeros(dims);
        long row = java.util.Arrays.stream(dims).skip(2).asLongStream().reduce(1, (x, y) -> x * y);
        for (int batch = 0; batch < dims[0]; batch++) {
            for (long x = 0; x < a * row; x++) {
                out.set((long) batch * (a + b) * row + x, first.get((long) batch * a * row + x));
            }
            for (long x = 0; x < b * row; x++) {
                out.set(((long) batch * (a + b) + a) * row + x, second.get((long) batch * b * row + x));
            }
        }
        return out;
    }
}
