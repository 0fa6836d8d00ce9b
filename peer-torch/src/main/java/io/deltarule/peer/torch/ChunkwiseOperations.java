package io.deltarule.peer.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * The chunkwise form in whole-tensor operations, in the steps and the order of the fallback that Hugging Face's
 * transformers takes where it has no kernels. With Γ the decays summed up inside a chunk of C tokens, and S its first
 * state:
 *
 * <pre>
 *   L_ij = β_i k_i·k_j exp(Γ_i − Γ_j), i &gt; j      A = (I + L)⁻¹, row by row, for all chunks and heads at once
 *   U = A (β ⊙ v)      W = A (β ⊙ exp(Γ) ⊙ k)
 *   then chunk by chunk:  P = U − W S      o = (q ⊙ exp(Γ)) S + M P,  M_ij = q_i·k_j exp(Γ_i − Γ_j), i ≥ j
 *                         S ← exp(Γ_C) S + (k ⊙ exp(Γ_C − Γ))ᵀ P
 * </pre>
 *
 * The last chunk is filled up with zeros.
 */
final class ChunkwiseOperations {
    private final int C;
    private final NDArray lower; // ones on and below the diagonal [C, C]
    private final NDArray strictlyLower;
    private final NDArray identity;

    /**
     * @param manager owns the masks
     * @param chunkSize C
     */
    ChunkwiseOperations(NDManager manager, int chunkSize) {
        C = chunkSize;
        NDArray at = manager.arange(C);
        lower = at.expandDims(1).gte(at.expandDims(0)).toType(DataType.FLOAT32, true);
        strictlyLower = at.expandDims(1).gt(at.expandDims(0)).toType(DataType.FLOAT32, true);
        identity = manager.eye(C);
    }

    /** Computes; what it makes belongs to the operands' manager. */
    Operands.Results run(Operands in) {
        Shape values = in.v().getShape(); // [B, T, HV, V]
        long heads = values.get(0) * values.get(2);
        long chunks = Math.ceilDiv(in.tokens(), C);
        NDArray q = chunks(in.ofValueHeads(in.q()), chunks).mul(in.scale());
        NDArray k = chunks(in.ofValueHeads(in.k()), chunks);
        NDArray beta = chunks(in.beta().expandDims(3).transpose(0, 2, 1, 3), chunks);
        NDArray v = chunks(in.v().transpose(0, 2, 1, 3), chunks).mul(beta);
        NDArray erase = k.mul(beta);
        NDArray decay = null; // Γ [heads · chunks, C, 1]
        NDArray between = lower; // exp(Γ_i − Γ_j), 0 above the diagonal
        if (in.g() != null) {
            decay = chunks(in.g().expandDims(3).transpose(0, 2, 1, 3), chunks).cumSum(1);
            // Masked before exp as well: above the diagonal it would overflow.
            between = decay.sub(decay.transpose(0, 2, 1)).mul(lower).exp().mul(lower);
        }
        NDArray inverse = erase.matMul(k.transpose(0, 2, 1)).mul(between).mul(strictlyLower);
        inverse = invert(inverse.neg());
        NDArray u = inverse.matMul(v);
        NDArray w = inverse.matMul(decay == null ? erase : erase.mul(decay.exp()));

        Chunks all = new Chunks(
                byHead(q, heads, chunks),
                byHead(k, heads, chunks),
                byHead(u, heads, chunks),
                byHead(w, heads, chunks),
                decay == null ? null : byHead(decay, heads, chunks),
                decay == null ? null : byHead(between, heads, chunks));
        NDArray o = u.getManager().zeros(new Shape(heads, chunks, C, values.get(3)));
        NDArray state = in.state();
        for (int chunk = 0; chunk < chunks; chunk++) {
            NDArray before = state;
            state = step(all, chunk, before, o);
            if (chunk > 0) {
                before.close();
            }
        }
        NDArray tokens = o.reshape(values.get(0), values.get(2), chunks * C, values.get(3))
                .get(":, :, :" + in.tokens());
        return new Operands.Results(tokens.transpose(0, 2, 1, 3), state);
    }

    /** Every tensor of all chunks, [heads, chunks, C, ·]. */
    private record Chunks(NDArray q, NDArray k, NDArray u, NDArray w, NDArray decay, NDArray between) {}

    /** Fills a chunk's part of o and returns the state after it. */
    private NDArray step(Chunks all, int chunk, NDArray state, NDArray o) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDIndex at = new NDIndex(":, " + chunk);
            NDArray q = all.q().get(at);
            NDArray k = all.k().get(at);
            NDArray between = all.between() == null ? lower : all.between().get(at);
            // The second mask changes nothing any more; the fallback masks twice.
            NDArray read = q.matMul(k.transpose(0, 2, 1)).mul(between).muli(lower);
            NDArray p = all.u().get(at).sub(all.w().get(at).matMul(state));
            NDArray after;
            if (all.decay() == null) {
                o.set(at, q.matMul(state).add(read.matMul(p)));
                after = state.add(k.transpose(0, 2, 1).matMul(p));
            } else {
                NDArray decay = all.decay().get(at); // [heads, C, 1]
                NDArray whole = decay.get(":, " + (C - 1) + ":"); // [heads, 1, 1]
                o.set(at, q.mul(decay.exp()).matMul(state).add(read.matMul(p)));
                NDArray keys = k.mul(whole.sub(decay).exp());
                after = state.mul(whole.exp()).add(keys.transpose(0, 2, 1).matMul(p));
            }
            NDScope.unregister(after);
            return after;
        }
    }

    /** (I − X)⁻¹ of strictly lower triangular X [·, C, C], in its place: each row from the rows above it. */
    private NDArray invert(NDArray x) {
        for (int i = 1; i < C; i++) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDIndex at = new NDIndex(":, " + i + ", :" + i);
                NDArray row = x.get(at).duplicate();
                NDArray above = x.get(":, :" + i + ", :" + i).duplicate();
                x.set(at, row.add(row.expandDims(2).mul(above).sum(new int[] {1})));
            }
        }
        return x.add(identity);
    }

    /**
     * [B, HV, T, ·] as [B · HV · chunks, C, ·], with zeros after the last token. Copies twice, as the fallback does: once
     * to make the rows of a head contiguous, once to pad them, also by nothing.
     */
    private NDArray chunks(NDArray x, long chunks) {
        Shape s = x.getShape();
        long heads = s.get(0) * s.get(1);
        long missing = chunks * C - s.get(2);
        try (NDArray contiguous = x.reshape(heads, s.get(2), s.get(3))) {
            NDArray padded = missing == 0
                    ? contiguous.duplicate()
                    : contiguous.concat(x.getManager().zeros(new Shape(heads, missing, s.get(3))), 1);
            return padded.reshape(heads * chunks, C, s.get(3));
        }
    }

    private static NDArray byHead(NDArray x, long heads, long chunks) {
        return x.reshape(heads, chunks, x.getShape().get(1), x.getShape().get(2));
    }
}
