package io.deltarule.bench.verification;

import io.deltarule.bench.workload.WorkloadNumbers;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.Input;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * An operation's inputs as a computation in fewer bits sees them at best: what it kept of them, and what its products take of
 * that. Log-decays stay as they are, and a state does but where it is an operand.
 *
 * @param numbers which bits
 */
record RoundedInputs(WorkloadNumbers numbers) {
    /** What becomes operands on tensor cores. */
    private static final Set<Input> OPERANDS = EnumSet.of(Input.Q, Input.K, Input.V, Input.P);

    /** What is left of a number. */
    private interface Rounding {
        float of(float x);
    }

    DeltaInputs of(DeltaInputs in) {
        if (numbers.isFloat32()) {
            return in;
        }
        DeltaInputs all = in;
        for (Map.Entry<Input, Tensor> entry : in.tensors().entrySet()) {
            Input input = entry.getKey();
            if (input != Input.G) {
                all = all.with(input, rounded(entry.getValue(), x -> {
                    float kept = numbers.storage().round(x);
                    return OPERANDS.contains(input) ? operand(kept) : kept;
                }));
            }
        }
        return all;
    }

    /** Null of null, which is a state of zeros. */
    Tensor state(Tensor initial) {
        return initial == null || numbers.isFloat32() ? initial : rounded(initial, this::operand);
    }

    private float operand(float x) {
        float term = Storage.BFLOAT16.round(x);
        return switch (numbers.precision()) {
            case Precision.FLOAT32 -> x;
            case Precision.TENSOR -> term;
            case Precision.TENSOR_SPLIT -> term + Storage.BFLOAT16.round(x - term);
        };
    }

    private static Tensor rounded(Tensor of, Rounding rounding) {
        Tensor tensor = Tensor.zeros(of.dims());
        for (long i = 0, n = of.size(); i < n; i++) {
            tensor.set(i, rounding.of(of.get(i)));
        }
        return tensor;
    }
}
