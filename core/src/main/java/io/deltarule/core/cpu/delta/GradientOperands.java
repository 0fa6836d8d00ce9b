package io.deltarule.core.cpu.delta;

import io.deltarule.core.Input;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Term;
import io.deltarule.core.cpu.memory.RowView;
import io.deltarule.core.cpu.memory.States;
import io.deltarule.core.engine.FiniteChecks;
import java.util.Map;

/** One backward run's numbers: the operation's operands, the cotangents and where the gradients go. */
public final class GradientOperands {
    final Operands forward;
    final Term erase;
    final Term write;
    final RowView o; // cotangents, null for zeros
    final RowView oCross;
    final States after; // the cotangent of the final states, null for zeros
    final States before; // the gradient of the initial states, null where it is not wanted
    final Map<Input, RowView> gradients;

    /**
     * The numbers of a backward run.
     *
     * @param forward the operation's operands, without outputs
     * @param o the cotangent of the linear read-out, null for zeros
     * @param oCross that of the selective read-out, likewise
     * @param after that of the final states, likewise
     * @param before where the gradient of the initial states goes, null where it is not wanted
     * @param gradients where the inputs' go, by name
     */
    public GradientOperands(
            PlanSpec spec,
            Operands forward,
            RowView o,
            RowView oCross,
            States after,
            States before,
            Map<Input, RowView> gradients) {
        this.forward = forward;
        erase = spec.variant().eraseKey();
        write = spec.variant().writeValue();
        this.o = o;
        this.oCross = oCross;
        this.after = after;
        this.before = before;
        this.gradients = gradients;
    }

    /** The error for gradients that are not finite: a cotangent that is not, or else what a forward run would say. */
    NumericException diagnose(int sequence, int valueHead, long row, int rows) {
        int n = forward.householders();
        for (RowView cotangent : new RowView[] {o, oCross}) {
            long bad =
                    cotangent == null ? -1 : cotangent.firstNotFinite(row / n, Math.ceilDiv(rows, n), valueHead, false);
            if (bad >= 0) {
                return FiniteChecks.notFinite(cotangent.name(), cotangent.data().getAtIndex(Tensor.FLOAT, bad), bad);
            }
        }
        NumericException cotangent = NonFinite.diagnose("d_final_state", after, sequence, valueHead);
        return cotangent != null ? cotangent : NonFinite.diagnose(forward, sequence, valueHead, row, rows);
    }
}
