package io.deltarule.core.cpu.delta;

import io.deltarule.core.Input;
import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.math.Matrix;
import io.deltarule.core.cpu.memory.RowView;
import io.deltarule.core.cpu.memory.States;
import io.deltarule.core.engine.FiniteChecks;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Notices numbers that are not finite and says where they came from. */
final class NonFinite {
    private NonFinite() {}

    /** Whether rows of a matrix hold only finite numbers: the sum of x · 0 is 0 then and NaN otherwise. */
    static boolean allFinite(Matrix matrix, int from, int rows, int columns) {
        float[] data = matrix.data();
        FloatVector zero = FloatVector.zero(Lanes.SPECIES);
        FloatVector sum = zero;
        FloatVector other = zero;
        int width = Lanes.padded(columns);
        for (int i = from; i < from + rows; i++) {
            int row = matrix.row(i);
            int j = 0;
            for (; j + 2 * Lanes.COUNT <= width; j += 2 * Lanes.COUNT) {
                sum = FloatVector.fromArray(Lanes.SPECIES, data, row + j).fma(zero, sum);
                other = FloatVector.fromArray(Lanes.SPECIES, data, row + j + Lanes.COUNT)
                        .fma(zero, other);
            }
            if (j < width) {
                sum = FloatVector.fromArray(Lanes.SPECIES, data, row + j).fma(zero, sum);
            }
        }
        return sum.add(other).reduceLanes(VectorOperators.ADD) == 0;
    }

    /**
     * The error for results that are not finite.
     *
     * @param in the run
     * @param sequence which sequence
     * @param valueHead which value head
     * @param row first micro-step after which the results were found not finite, counted over all sequences
     * @param rows how many micro-steps were looked at together
     * @return an exception that names an input that is not finite, or else sequence, head and token and the cure
     */
    static NumericException diagnose(Operands in, int sequence, int valueHead, long row, long rows) {
        int n = in.householders();
        long token = row / n;
        long lastToken = (row + Math.max(rows, 1) - 1) / n;
        for (Map.Entry<Input, RowView> entry : in.inputs()) {
            boolean perToken = entry.getKey().perToken();
            RowView view = entry.getValue();
            long bad = perToken
                    ? view.firstNotFinite(token, lastToken - token + 1, valueHead, entry.getKey() == Input.G)
                    : view.firstNotFinite(token * n, (lastToken - token + 1) * n, valueHead, false);
            if (bad >= 0) {
                return FiniteChecks.notFinite(view.name(), view.data().getAtIndex(Tensor.FLOAT, bad), bad);
            }
        }
        if (in.before != null && !in.before.updatedInPlace(in.after)) { // else it may be overwritten by now
            NumericException initial = diagnose("initial_state", in.before, sequence, valueHead);
            if (initial != null) {
                return initial;
            }
        }
        return FiniteChecks.grew(in.erases, sequence, valueHead, "at or after token " + (token - in.begin(sequence)));
    }

    /** The error for a state of a sequence's value head that holds a number that is not finite; null if all are. */
    static NumericException diagnose(String name, States states, int sequence, int valueHead) {
        for (long i = 0; states != null && i < states.shape().numbersPerHead(); i++) {
            float x = states.get(sequence, valueHead, i);
            if (!Float.isFinite(x)) {
                return FiniteChecks.notFinite(name, x, states.tensorIndex(sequence, valueHead, i));
            }
        }
        return null;
    }
}
