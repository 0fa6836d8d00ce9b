package io.deltarule.bench.workload;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Seeded inputs as a trained model gives them: query, key and second key rows of length 1, values in (−1, 1), strengths
 * in (0, 1), log-decays in (−0.1, 0). The numbers do not change how long a run takes; they keep the state ordinary, so
 * that results can be verified.
 */
public final class RandomInputs {
    private static final double WEAKEST_DECAY = -0.1;

    private final SplittableRandom random = new SplittableRandom(20260101);
    private final Arena arena;

    private RandomInputs(Arena arena) {
        this.arena = arena;
    }

    /**
     * The tensors of one operation, the same on every call.
     *
     * @param arena owner of their memory
     */
    public static DeltaInputs of(Variant variant, DeltaShape s, Arena arena) {
        RandomInputs make = new RandomInputs(arena);
        DeltaInputs in = DeltaInputs.of(
                        make.unitRows(dims(Input.Q, s)),
                        make.unitRows(dims(Input.K, s)),
                        make.uniform(-1, 1, dims(Input.V, s)))
                .withHouseholders(s.householders());
        for (Input input : variant.inputs()) {
            in = switch (input) {
                case Q, K, V, G, R, LAMBDA -> in;
                case BETA, B, W -> in.with(input, make.uniform(0, 1, dims(input, s)));
                case P -> in.with(input, make.near(in.get(Input.K)));
            };
        }
        if (s.crossRead()) {
            in = in.with(Input.R, make.uniform(-1, 1, dims(Input.R, s)));
        }
        if (s.levels() > 0) {
            in = in.with(Input.LAMBDA, make.uniform(0, 1, dims(Input.LAMBDA, s)));
        }
        in = s.gate() == Gate.NONE ? in : in.with(Input.G, make.uniform(WEAKEST_DECAY, 0, dims(Input.G, s)));
        // Fewer tokens than heads look like exchanged axes, of which engines warn; boundaries say that they are meant.
        return s.B() == 1 && s.T() < s.H() ? in.withCuSeqlens(0, s.T()) : in;
    }

    private static int[] dims(Input input, DeltaShape s) {
        return axes(input, s).dims(s.B(), s.T());
    }

    /** The axes of these tensors: erase gates have one row per value head. */
    static Input.Axes axes(Input input, DeltaShape s) {
        return input == Input.B ? input.axesPerValueHead(s) : input.axes(s);
    }

    /** The same numbers in other memory. */
    public static DeltaInputs copy(DeltaInputs of, Arena arena) {
        DeltaInputs copy = of;
        for (Map.Entry<Input, Tensor> entry : of.tensors().entrySet()) {
            copy = copy.with(
                    entry.getKey(),
                    Tensor.allocate(arena, entry.getValue().dims()).copyFrom(entry.getValue()));
        }
        return copy;
    }

    /** Gradients of all outputs, as large as these. */
    public static DeltaCotangents cotangents(DeltaShape s, Arena arena) {
        RandomInputs make = new RandomInputs(arena);
        return new DeltaCotangents(
                make.uniform(-1, 1, s.readOut()),
                s.crossRead() ? make.uniform(-1, 1, s.readOut()) : null,
                make.uniform(-1, 1, s.state().dims()));
    }

    /** A state as tokens leave it. */
    public static Tensor state(DeltaShape s, Arena arena) {
        return new RandomInputs(arena).uniform(-1, 1, s.state().dims());
    }

    private Tensor uniform(double from, double to, int... dims) {
        Tensor tensor = Tensor.allocate(arena, dims);
        for (long i = 0, n = tensor.size(); i < n; i++) {
            tensor.set(i, (float) (from + (to - from) * random.nextDouble()));
        }
        return tensor;
    }

    /**
     * A second key near the first. Where the two pointed away from each other, erasing would add to the state, which would
     * then grow without bound over a long decode.
     */
    private Tensor near(Tensor key) {
        int[] dims = key.dims();
        double spread = 0.5 / Math.sqrt(dims[dims.length - 1]);
        Tensor tensor = uniform(-spread, spread, dims);
        for (long i = 0, n = tensor.size(); i < n; i++) {
            tensor.set(i, key.get(i) + tensor.get(i));
        }
        return unit(tensor);
    }

    private Tensor unitRows(int... dims) {
        return unit(uniform(-1, 1, dims));
    }

    private static Tensor unit(Tensor tensor) {
        int K = tensor.dim(tensor.rank() - 1);
        for (long row = 0, n = tensor.size(); row < n; row += K) {
            double squares = 0;
            for (int i = 0; i < K; i++) {
                squares += tensor.get(row + i) * tensor.get(row + i);
            }
            float length = (float) Math.sqrt(squares);
            for (int i = 0; i < K; i++) {
                tensor.set(row + i, tensor.get(row + i) / length);
            }
        }
        return tensor;
    }
}
