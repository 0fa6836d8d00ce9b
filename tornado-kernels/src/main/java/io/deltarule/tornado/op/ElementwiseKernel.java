package io.deltarule.tornado.op;

import io.deltarule.tornado.graph.RunTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What is computed for each number of a slot from the numbers in its place: one kernel for all of them. */
public final class ElementwiseKernel {
    /** Work-items per work-group. */
    public static final int LANES = 128;

    /** y = factor · act(a). */
    public static final int MAP = 0;
    /** y = a ⊙ act(b). */
    static final int MULTIPLY = 1;
    /** y = a ⊙ act(b) with both factors within a limit: min(max(a, −factor), factor) ⊙ min(act(b), factor). */
    static final int MULTIPLY_LIMITED = 7;
    /** y = a + b. */
    static final int ADD = 2;
    /** y = γ b + (1 − γ) a, γ = sigmoid(c). */
    static final int MIX_CONVEX = 3;
    /** y = a + γ b, γ = sigmoid(c). */
    static final int MIX_ADDITIVE = 4;
    /** y = w ⊙ a, w = c. */
    static final int SCALE = 5;
    /** y = b + w ⊙ a, w = c. */
    static final int SCALE_AND_ADD = 6;

    private ElementwiseKernel() {}

    /**
     * One of the operations above for each number.
     *
     * <p>a, b and c [tokens, width], but for the gate (b of MULTIPLY, c of the mixes) [tokens, width / share]: each of its
     * numbers serves {@code share} channels; so do the factors of the scales, c [width / share]. y [tokens, width] (written). What an operation does not name is not read.
     *
     * <p>Parallel over: every number. Requires: operation and activation known when the kernel is compiled. Source:
     * core.layer.LayerOp. Oracle: core.reference.LayerEquations.
     */
    public static void elementwise(
            KernelContext context,
            IntArray table,
            FloatArray a,
            FloatArray b,
            FloatArray c,
            FloatArray y,
            int width,
            int share,
            int operation,
            int activation,
            float factor,
            int signature) {
        int at = context.globalIdx;
        if (at == 0) {
            table.set(signature, table.get(RunTable.RUN));
        }
        if (at < table.get(RunTable.TOKENS) * width) {
            int gateAt = at / share;
            float left = a.get(at);
            float result = left;
            if (operation == MAP) {
                result = factor * Activations.apply(activation, left);
            }
            if (operation == MULTIPLY) {
                result = left * Activations.apply(activation, b.get(gateAt));
            }
            if (operation == MULTIPLY_LIMITED) {
                float gate = Activations.apply(activation, b.get(gateAt));
                result = TornadoMath.max(TornadoMath.min(left, factor), -factor) * TornadoMath.min(gate, factor);
            }
            if (operation == ADD) {
                result = left + b.get(at);
            }
            if (operation == MIX_CONVEX) {
                float gate = Activations.sigmoid(c.get(gateAt));
                result = gate * b.get(at) + (1f - gate) * left;
            }
            if (operation == MIX_ADDITIVE) {
                result = left + Activations.sigmoid(c.get(gateAt)) * b.get(at);
            }
            if (operation == SCALE) {
                result = left * c.get(at % width / share);
            }
            if (operation == SCALE_AND_ADD) {
                result = b.get(at) + left * c.get(at % width / share);
            }
            y.set(at, result);
        }
    }
}
