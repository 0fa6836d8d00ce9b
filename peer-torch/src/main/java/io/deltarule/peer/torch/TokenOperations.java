package io.deltarule.peer.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;

/**
 * The recurrence in whole-tensor operations, a token of all heads at a time:
 *
 * <pre>  S ← exp(g) S      S ← S + k (β (v − Sᵀ k))ᵀ      o = scale · Sᵀ q </pre>
 */
final class TokenOperations {
    private TokenOperations() {}

    /** Computes; what it makes belongs to the operands' manager. */
    static PeerBatch.Results run(PeerBatch in) {
        Shape values = in.v().getShape(); // [B, T, HV, V]
        long heads = values.get(0) * values.get(2);
        NDArray q = byHead(in.ofValueHeads(in.q()), heads).mul(in.scale());
        NDArray k = byHead(in.ofValueHeads(in.k()), heads);
        NDArray v = byHead(in.v().transpose(0, 2, 1, 3), heads);
        NDArray beta = byHead(in.beta().expandDims(3).transpose(0, 2, 1, 3), heads);
        NDArray g = in.g() == null
                ? null
                : byHead(in.g().expandDims(3).transpose(0, 2, 1, 3), heads).exp();
        NDArray o = v.zerosLike();
        NDArray state = in.state();
        for (int t = 0; t < in.tokens(); t++) {
            NDArray before = state;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDIndex at = new NDIndex(":, " + t);
                NDArray key = k.get(at).expandDims(2); // [heads, K, 1]
                NDArray decayed = g == null ? before : before.mul(g.get(at).expandDims(2));
                NDArray held = decayed.mul(key).sum(new int[] {1});
                NDArray change = v.get(at).sub(held).mul(beta.get(at));
                state = decayed.add(key.mul(change.expandDims(1)));
                o.set(at, state.mul(q.get(at).expandDims(2)).sum(new int[] {1}));
                NDScope.unregister(state);
            }
            if (t > 0) {
                before.close();
            }
        }
        NDArray tokens = o.reshape(values.get(0), values.get(2), values.get(1), values.get(3));
        return new PeerBatch.Results(tokens.transpose(0, 2, 1, 3), state);
    }

    /** [B, HV, T, ·] as [B · HV, T, ·]. */
    private static NDArray byHead(NDArray x, long heads) {
        return x.reshape(heads, x.getShape().get(2), x.getShape().get(3));
    }
}
