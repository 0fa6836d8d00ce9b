package io.deltarule.bench.verification;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * One sequence and value head of a batch as an operation of its own: heads never meet, so a head computed alone by the
 * reference is what that head of the whole must be.
 *
 * @param sequence the batch row
 * @param head the value head
 */
record ValueHeadSlice(int sequence, int head) {
    /** The inputs of this head alone; packed batches are not sliced. */
    DeltaInputs inputs(DeltaInputs all, DeltaShape shape) {
        DeltaInputs one = new DeltaInputs(all.householders(), Map.of(), null, null);
        for (Map.Entry<Input, Tensor> entry : all.tensors().entrySet()) {
            one = one.with(entry.getKey(), of(entry.getValue(), shape));
        }
        return one;
    }

    /** This head's part of a tensor [B, rows, heads] or [B, rows, heads, channels]; a key head's part for key tensors. */
    Tensor of(Tensor all, DeltaShape shape) {
        int rows = all.dim(1);
        int heads = all.dim(2);
        int channels = all.rank() == 4 ? all.dim(3) : 1;
        int at = heads == shape.HV() ? head : head / (shape.HV() / shape.H());
        int[] dims = all.dims();
        dims[0] = 1;
        dims[2] = 1;
        Tensor part = Tensor.zeros(dims);
        for (int row = 0; row < rows; row++) {
            long from = (((long) sequence * rows + row) * heads + at) * channels;
            for (int c = 0; c < channels; c++) {
                part.set((long) row * channels + c, all.get(from + c));
            }
        }
        return part;
    }

    /** This head's state [1, 1, K, V] of [N, HV, K, V], or its states [1, 1, L, K, V] of [N, HV, L, K, V]. */
    Tensor state(Tensor all) {
        int[] dims = all.dims();
        long from = (long) sequence * dims[1] + head;
        dims[0] = 1;
        dims[1] = 1;
        Tensor part = Tensor.zeros(dims);
        long size = part.size();
        from *= size;
        for (long i = 0; i < size; i++) {
            part.set(i, all.get(from + i));
        }
        return part;
    }

    /** The lengths of the slice as an operation. */
    static DeltaShape shape(DeltaShape s) {
        return new DeltaShape(1, s.T(), 1, 1, s.K(), s.V(), s.householders(), 1, s.gate(), s.crossRead(), s.levels());
    }

    /**
     * Some heads of a batch, spread evenly, the first and the last among them.
     *
     * @param count how many are wanted; all if there are no more
     */
    static ValueHeadSlice[] spread(DeltaShape shape, int count) {
        int all = shape.state().heads();
        ValueHeadSlice[] slices = new ValueHeadSlice[Math.min(count, all)];
        Arrays.setAll(slices, i -> {
            int flat = slices.length == 1 ? 0 : (int) ((long) i * (all - 1) / (slices.length - 1));
            return new ValueHeadSlice(flat / shape.HV(), flat % shape.HV());
        });
        return slices;
    }
}
