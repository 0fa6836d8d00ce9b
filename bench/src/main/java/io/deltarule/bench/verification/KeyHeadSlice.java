package io.deltarule.bench.verification;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * One sequence and key head of a batch with all value heads that share it, as an operation of its own: only these meet in
 * a gradient.
 *
 * @param shape of the whole
 * @param sequence the batch row
 * @param head the key head
 */
record KeyHeadSlice(DeltaShape shape, int sequence, int head) {
    /** Some of a batch's, spread evenly, the first and the last among them. */
    static KeyHeadSlice[] spread(DeltaShape shape, int count) {
        int all = shape.sequences() * shape.H();
        KeyHeadSlice[] slices = new KeyHeadSlice[Math.min(count, all)];
        Arrays.setAll(slices, i -> {
            int flat = slices.length == 1 ? 0 : (int) ((long) i * (all - 1) / (slices.length - 1));
            return new KeyHeadSlice(shape, flat / shape.H(), flat % shape.H());
        });
        return slices;
    }

    private int group() {
        return shape.HV() / shape.H();
    }

    /** The lengths of the slice as an operation. */
    DeltaShape lengths() {
        return new DeltaShape(
                1,
                shape.T(),
                1,
                group(),
                shape.K(),
                shape.V(),
                shape.householders(),
                1,
                shape.gate(),
                shape.crossRead());
    }

    DeltaInputs inputs(DeltaInputs all) {
        DeltaInputs one = new DeltaInputs(all.householders(), Map.of(), null, null);
        for (Map.Entry<Input, Tensor> entry : all.tensors().entrySet()) {
            one = one.with(entry.getKey(), rows(entry.getValue()));
        }
        return one;
    }

    DeltaCotangents cotangents(DeltaCotangents all) {
        return new DeltaCotangents(
                rows(all.o()), all.oCross() == null ? null : rows(all.oCross()), state(all.finalState()));
    }

    /** Its part of a tensor [B, rows, heads] or [B, rows, heads, channels]. */
    Tensor rows(Tensor all) {
        int rows = all.dim(1);
        int heads = all.dim(2);
        int channels = all.rank() == 4 ? all.dim(3) : 1;
        int count = heads == shape.H() ? 1 : group();
        int[] dims = all.dims();
        dims[0] = 1;
        dims[2] = count;
        Tensor part = Tensor.zeros(dims);
        int width = count * channels;
        for (int row = 0; row < rows; row++) {
            long from = (((long) sequence * rows + row) * heads + (long) head * count) * channels;
            for (int i = 0; i < width; i++) {
                part.set((long) row * width + i, all.get(from + i));
            }
        }
        return part;
    }

    /** Its states [1, HV/H, K, V] of [N, HV, K, V]. */
    Tensor state(Tensor all) {
        int[] dims = all.dims();
        dims[0] = 1;
        dims[1] = group();
        Tensor part = Tensor.zeros(dims);
        long from = ((long) sequence * shape.HV() + (long) head * group()) * shape.K() * shape.V();
        for (long i = 0; i < part.size(); i++) {
            part.set(i, all.get(from + i));
        }
        return part;
    }
}
