package io.deltarule.core.cpu.delta;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Term;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/** One backward run's tensors: the operation's operands, the cotangents and where the gradients go. */
public final class GradientOperands {
    final Operands forward;
    final Term erase;
    final Term write;
    final RowView o; // cotangents, null for zeros
    final RowView oCross;
    final MemorySegment finalState;
    final MemorySegment initialState; // gradient, null where it is not wanted
    final Map<Input, RowView> gradients = new EnumMap<>(Input.class);

    public GradientOperands(
            PlanSpec spec, DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
        forward = new Operands(spec, shape, in, null);
        erase = spec.variant().eraseKey();
        write = spec.variant().writeValue();
        o = view("d_o", given.o());
        oCross = view("d_o_cross", given.oCross());
        finalState = given.finalState() == null ? null : Operands.shared(given.finalState());
        initialState = out.initialState() == null ? null : Operands.shared(out.initialState());
        out.tensors().forEach((input, tensor) -> gradients.put(input, view("d_" + input.id(), tensor)));
    }

    private RowView view(String name, Tensor tensor) {
        if (tensor == null) {
            return null;
        }
        int width = tensor.rank() == 4 ? tensor.dim(3) : 1;
        return new RowView(name, Operands.shared(tensor), tensor.dim(2), forward.shape.HV(), width);
    }

    /** The error for gradients that are not finite: a cotangent that is not, or else what a forward run would say. */
    NumericException diagnose(int sequence, int valueHead, long row, int rows) {
        int n = forward.householders();
        for (RowView cotangent : new RowView[] {o, oCross}) {
            long bad =
                    cotangent == null ? -1 : cotangent.firstNotFinite(row / n, Math.ceilDiv(rows, n), valueHead, false);
            if (bad >= 0) {
                return notFinite(cotangent.name(), cotangent.data().getAtIndex(Tensor.FLOAT, bad), bad);
            }
        }
        long size = finalState == null ? 0 : (long) forward.shape.K() * forward.shape.V();
        long from = ((long) sequence * forward.shape.HV() + valueHead) * size;
        for (long i = from; i < from + size; i++) {
            float x = finalState.getAtIndex(Tensor.FLOAT, i);
            if (!Float.isFinite(x)) {
                return notFinite("d_final_state", x, i);
            }
        }
        return NonFinite.diagnose(forward, sequence, valueHead, row, rows);
    }

    private static NumericException notFinite(String name, float found, long index) {
        return new NumericException(
                name + ": expected finite numbers but found " + found + " at row-major index " + index);
    }
}
