package io.deltarule.peer.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.function.UnaryOperator;

/**
 * The chunkwise form in whole-tensor operations, in the steps and the order of the fallback that Hugging Face's
 * transformers 5.18 takes where it has no kernels. With Γ the decays summed up inside a chunk of C tokens, and S its first
 * state:
 *
 * <pre>
 *   for all chunks and heads at once:
 *     L_ij = β_i k_i·k_j exp(Γ_i − Γ_j), i &gt; j      M_ij = q_i·k_j exp(Γ_i − Γ_j), i ≥ j
 *     U = (I + L)⁻¹ (β ⊙ v)      W = (I + L)⁻¹ (β ⊙ exp(Γ) ⊙ k)      by triangular solves
 *   then chunk by chunk:  P = U − W S      o = (q ⊙ exp(Γ)) S + M P      S ← exp(Γ_C) S + (k ⊙ exp(Γ_C − Γ))ᵀ P
 * </pre>
 *
 * The last chunk is filled up with zeros. What Python would free after a step is freed here, since memory that is given back
 * and taken again costs less than new memory.
 */
final class ChunkwiseOperations implements AutoCloseable {
    private final int C;
    private final NDArray lower; // ones on and below the diagonal [C, C]
    private final NDArray above; // true above it
    private final ScriptFunction solve = ScriptFunction.triangularSolve();
    private final ScriptFunction hide = ScriptFunction.maskedByInfinity();

    /**
     * @param manager owns the masks
     * @param chunkSize C
     */
    ChunkwiseOperations(NDManager manager, int chunkSize) {
        C = chunkSize;
        NDArray at = manager.arange(C);
        lower = at.expandDims(1).gte(at.expandDims(0)).toType(DataType.FLOAT32, true);
        above = at.expandDims(1).lt(at.expandDims(0));
    }

    /** Computes; what it makes belongs to the operands' manager. */
    PeerBatch.Results run(PeerBatch in) {
        NDArray q = chunks(then(contiguous(in.ofValueHeads(in.q())), x -> x.mul(in.scale())));
        NDArray k = chunks(contiguous(in.ofValueHeads(in.k())));
        NDArray v = chunks(contiguous(in.v().transpose(0, 2, 1, 3)));
        NDArray beta = chunks(contiguous(in.beta().expandDims(3).transpose(0, 2, 1, 3)));
        NDArray writes = v.mul(beta);
        NDArray erases = k.mul(beta);
        NDArray kT = k.transpose(0, 1, 2, 4, 3);
        if (in.g() == null) {
            NDArray L = erases.matMul(kT);
            NDArray M = then(q.matMul(kT), x -> x.mul(lower));
            return scan(new Chunks(q, k, solve.apply(L, writes), solve.apply(L, erases), M, null), in);
        }
        NDArray g = chunks(contiguous(in.g().expandDims(3).transpose(0, 2, 1, 3)));
        NDArray decay = then(g, x -> x.cumSum(3)); // Γ [B, HV, chunks, C, 1]
        NDArray whole = decay.get(":, :, :, " + (C - 1) + ":"); // Γ_C [B, HV, chunks, 1, 1]
        // Masked before exp: above the diagonal it would overflow.
        NDArray between =
                then(then(decay.sub(decay.transpose(0, 1, 2, 4, 3)), x -> hide.apply(x, above)), NDArray::exp);
        NDArray L = then(erases.matMul(kT), x -> x.mul(between));
        NDArray M = then(q.matMul(kT), x -> x.mul(between));
        NDArray decayedErases = then(decay.exp(), erases::mul);
        NDArray u = solve.apply(L, writes);
        NDArray w = solve.apply(L, decayedErases);
        NDArray reads = then(q, x -> then(decay.exp(), x::mul));
        NDArray keys = then(then(whole.sub(decay), NDArray::exp), k::mul);
        return scan(new Chunks(reads, keys, u, w, M, whole.exp()), in);
    }

    /**
     * Every tensor of all chunks, [B, HV, chunks, ·, ·].
     *
     * @param q decayed since its chunk's start
     * @param k decayed until its chunk's end
     * @param whole exp(Γ_C), or null without decays
     */
    private record Chunks(NDArray q, NDArray k, NDArray u, NDArray w, NDArray M, NDArray whole) {}

    private static PeerBatch.Results scan(Chunks all, PeerBatch in) {
        Shape s = all.u().getShape();
        NDArray o = all.u().zerosLike();
        NDArray first = in.state();
        NDArray state = first.reshape(s.get(0), s.get(1), -1, s.get(4));
        for (int chunk = 0; chunk < s.get(2); chunk++) {
            NDArray before = state;
            state = step(all, chunk, before, o);
            before.close();
        }
        NDArray tokens = o.reshape(s.get(0), s.get(1), -1, s.get(4)).get(":, :, :" + in.tokens());
        return new PeerBatch.Results(tokens.transpose(0, 2, 1, 3), state.reshape(first.getShape()));
    }

    /** Fills a chunk's part of o and returns the state after it. */
    private static NDArray step(Chunks all, int chunk, NDArray state, NDArray o) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDIndex at = new NDIndex(":, :, " + chunk);
            NDArray p = all.u().get(at).sub(all.w().get(at).matMul(state));
            NDArray read = all.q().get(at).matMul(state);
            o.set(at, read.add(all.M().get(at).matMul(p)));
            NDArray decayed =
                    all.whole() == null ? state : state.mul(all.whole().get(at));
            NDArray after = decayed.add(all.k().get(at).transpose(0, 1, 3, 2).matMul(p));
            NDScope.unregister(after);
            return after;
        }
    }

    /** The operation's result; what it was made of is freed. */
    private static NDArray then(NDArray temporary, UnaryOperator<NDArray> operation) {
        try (temporary) {
            return operation.apply(temporary);
        }
    }

    /** [B, HV, T, ·] with the rows of a head together, which is a copy. */
    private static NDArray contiguous(NDArray x) {
        return then(x.reshape(-1), flat -> flat.reshape(x.getShape()));
    }

    /** [B, HV, T, ·] as [B, HV, chunks, C, ·], with zeros after the last token; a copy even where there are none. */
    private NDArray chunks(NDArray x) {
        Shape s = x.getShape();
        long chunks = Math.ceilDiv(s.get(2), C);
        long missing = chunks * C - s.get(2);
        NDArray padded = then(
                x,
                rows -> missing == 0
                        ? rows.duplicate()
                        : then(
                                rows.getManager().zeros(new Shape(s.get(0), s.get(1), missing, s.get(3))),
                                zeros -> rows.concat(zeros, 2)));
        return then(padded, rows -> rows.reshape(s.get(0), s.get(1), chunks, C, s.get(3)));
    }

    @Override
    public void close() {
        solve.close();
        hide.close();
    }
}
