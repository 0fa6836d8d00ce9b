package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.reference.RoundedReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a layer plan must keep to whatever its numbers: prefill, decoding and any split are the same, sequences do not
 * touch each other, a saved state goes on as the plan it came from, and what does not fit is refused.
 */
public abstract class LayerContinuityLaws extends LayerKnownCases {
    /**
     * How far two ways to run the same tokens on one engine may be apart: as for a delta plan's splits. Where slots have fewer bits, each way
     * may be off by twice what rounding them alone costs.
     */
    private double sameTolerance(LayerCase c, int[] lengths, List<Tensor> in) {
        double reordered = 4 * Float32Recurrence.REORDERING_FLOOR;
        if (storage() == Storage.FLOAT32) {
            return reordered;
        }
        int longest = Arrays.stream(lengths).max().orElse(1);
        LayerSpec spec = c.spec(Arrays.stream(lengths).sum(), lengths.length, longest);
        try (LayerPlan exact = new ReferenceEngine().plan(spec);
                LayerPlan rounded = RoundedReference.plan(c.roundedTo(storage(), spec), storage())) {
            List<Tensor> truth = run(c, exact, lengths, in);
            List<Tensor> stored = run(c, rounded, lengths, c.roundedTo(storage(), in));
            double cost = compare("rounded", truth, stored).stream()
                    .mapToDouble(Comparison::ratio)
                    .max()
                    .orElse(0);
            return 2 * 2 * cost + reordered;
        }
    }

    /** How the engine keeps slots and weights. */
    protected Storage storage() {
        return Storage.FLOAT32;
    }

    /** The cases it runs. */
    protected List<LayerCase> cases() {
        return LayerCases.all();
    }

    /** Those among them that are also cut, packed and saved: where every run is slow, not all. */
    protected List<LayerCase> continuityCases() {
        return cases();
    }

    /** How far a run from a loaded state may be from one that was never interrupted; 0 where states are kept in float32. */
    protected double loadedTolerance() {
        return 0;
    }

    /** Capacities on the device under test. */
    final LayerSpec spec(LayerCase c, int maxTokens, int sequences, int maxContext) {
        return c.spec(maxTokens, sequences, maxContext).onDevice(device()).withStorage(storage());
    }

    @ParameterizedTest
    @MethodSource("continuityCases")
    void prefillEqualsDecodeEqualsAnySplit(LayerCase c) {
        int T = 23;
        List<Tensor> in = c.inputs(T, 3);
        try (LayerPlan plan = engine().plan(spec(c, T, 1, T))) {
            List<Tensor> whole = run(c, plan, new int[] {T}, in);
            double tolerance = sameTolerance(c, new int[] {T}, in);
            for (int[] parts : new int[][] {{1, 22}, {22, 1}, {7, 0, 9, 7}, ones(T)}) {
                plan.reset();
                List<Tensor> joined = c.outputs(T);
                int from = 0;
                for (int part : parts) {
                    List<Tensor> out = run(c, plan, new int[] {part}, LayerCase.rows(in, from, from + part));
                    paste(out, joined, from);
                    from += part;
                }
                String what = parts.length == T ? "decode" : "split " + Arrays.toString(parts);
                compare(what, whole, joined).forEach(comparison -> within(comparison, tolerance));
            }
        }
    }

    @Test
    void someRowsAreThoseOfAllRows() {
        LayerCase c = LayerCases.programs().getFirst();
        List<Tensor> in = c.inputs(9, 4);
        List<Tensor> next = c.inputs(2, 5);
        try (LayerPlan plan = engine().plan(spec(c, 9, 2, 20));
                LayerPlan other = engine().plan(spec(c, 9, 2, 20))) {
            List<Tensor> all = c.outputs(9);
            plan.run(new int[] {5, 4}, in, all);
            int[] rows = {8, 4, 0};
            List<Tensor> some = c.outputs(3);
            other.run(new int[] {5, 4}, in, rows, some);
            for (int i = 0; i < all.size(); i++) {
                for (int row = 0; row < rows.length; row++) {
                    assertArrayEquals(
                            row(all.get(i), rows[row]), row(some.get(i), row), "output " + i + ", token " + rows[row]);
                }
            }
            List<Tensor> expected = c.outputs(2);
            List<Tensor> found = c.outputs(2);
            plan.run(new int[] {1, 1}, next, expected);
            other.run(new int[] {1, 1}, next, new int[0], c.outputs(0));
            other.reset();
            other.run(new int[] {5, 4}, in, new int[0], c.outputs(0));
            other.run(new int[] {1, 1}, next, new int[] {0, 1}, found);
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i).toArray(), found.get(i).toArray(), "a run without rows runs");
            }
            refused(
                    "rows: expected tokens from 0 to 1 but found 2",
                    () -> other.run(new int[] {1, 1}, next, new int[] {2}, c.outputs(1)));
            refused("expected [1, ", () -> other.run(new int[] {1, 1}, next, new int[] {0}, c.outputs(2)));
        }
    }

    private static float[] row(Tensor tensor, int row) {
        int width = tensor.dim(1);
        return Arrays.copyOfRange(tensor.toArray(), row * width, row * width + width);
    }

    private static int[] ones(int count) {
        int[] ones = new int[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    @ParameterizedTest
    @MethodSource("continuityCases")
    void sequencesTogetherEqualAlone(LayerCase c) {
        int[] lengths = {5, 0, 17, 1};
        List<Tensor> in = c.inputs(23, 11);
        try (LayerPlan together = engine().plan(spec(c, 23, 4, 20));
                LayerPlan alone = engine().plan(spec(c, 20, 1, 20))) {
            List<Tensor> all = run(c, together, lengths, in);
            double tolerance = sameTolerance(c, lengths, in);
            int from = 0;
            for (int length : lengths) {
                alone.reset();
                List<Tensor> one = run(c, alone, new int[] {length}, LayerCase.rows(in, from, from + length));
                compare("sequence of " + length, one, LayerCase.rows(all, from, from + length))
                        .forEach(comparison -> within(comparison, tolerance));
                from += length;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("continuityCases")
    void continuesFromASavedState(LayerCase c) {
        int[] first = {11, 3};
        int[] second = {1, 9};
        List<Tensor> in = c.inputs(14, 5);
        List<Tensor> next = c.inputs(10, 6);
        LayerSpec spec = spec(c, 14, 2, 15);
        try (LayerPlan plan = engine().plan(spec);
                LayerPlan other = engine().plan(spec)) {
            run(c, plan, first, in);
            List<Tensor> state = plan.saveState();
            int[] positions = plan.positions();
            List<Tensor> expected = run(c, plan, second, next);
            run(c, other, new int[] {2, 12}, c.inputs(14, 9)); // what loading must replace
            other.loadState(state, positions);
            assertArrayEquals(positions, other.positions());
            compare("loaded", expected, run(c, other, second, next))
                    .forEach(comparison -> within(comparison, loadedTolerance()));
            plan.reset();
            assertArrayEquals(new int[] {0, 0}, plan.positions());
            run(c, plan, first, in);
            List<Tensor> again = plan.saveState();
            for (int i = 0; i < state.size(); i++) {
                within(Comparison.of("state " + i + " after reset", state.get(i), again.get(i)), 0);
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        LayerCase c = LayerCases.programs().getFirst();
        LayerSpec spec = spec(c, 8, 2, 10);
        try (LayerPlan plan = engine().plan(spec)) {
            refused("lengths", () -> plan.run(new int[] {1}, c.inputs(1, 0), c.outputs(1)));
            refused("lengths", () -> plan.run(new int[] {-1, 2}, c.inputs(1, 0), c.outputs(1)));
            refused("lengths", () -> plan.run(new int[] {5, 4}, c.inputs(9, 0), c.outputs(9)));
            refused("inputs", () -> plan.run(new int[] {1, 0}, List.of(), c.outputs(1)));
            refused("input ids", () -> plan.run(new int[] {1, 0}, c.inputs(2, 0), c.outputs(1)));
            refused("output out", () -> plan.run(new int[] {1, 0}, c.inputs(1, 0), c.outputs(2)));
            for (float id : new float[] {-1, 19, 0.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
                List<Tensor> ids = List.of(Tensor.of(new float[] {3, id}, 2, 1));
                refused("ids", () -> plan.run(new int[] {2, 0}, ids, c.outputs(2)));
            }
            plan.run(new int[] {8, 0}, c.inputs(8, 0), c.outputs(8));
            refused("lengths", () -> plan.run(new int[] {3, 0}, c.inputs(3, 0), c.outputs(3)));
            assertArrayEquals(new int[] {8, 0}, plan.positions());
            refused("state", () -> plan.loadState(List.of(), new int[2]));
            refused("positions", () -> plan.loadState(plan.saveState(), new int[] {0, 11}));
        }
    }

    @Test
    void refusesBadWeights() {
        LayerCase c = LayerCases.programs().getFirst();
        for (Tensor bad : Arrays.asList(null, Tensor.zeros(24, 23))) {
            Map<String, Weight> weights = new HashMap<>(c.weights().all());
            if (bad == null) {
                weights.remove("down");
            } else {
                weights.put("down", Weight.of(bad));
            }
            refused("weight down", () -> engine().plan(LayerSpec.of(c.program(), new Weights(weights), 8, 1, 8)));
        }
    }

    private static void refused(String about, org.junit.jupiter.api.function.Executable body) {
        String message = assertThrows(InvalidInputException.class, body).getMessage();
        assertTrue(message.contains(about), message);
    }

    @Test
    void refusesUseAfterClose() {
        LayerCase c = LayerCases.programs().getFirst();
        LayerPlan plan = engine().plan(spec(c, 8, 1, 8));
        plan.close();
        plan.close();
        assertThrows(IllegalStateException.class, () -> plan.run(new int[] {1}, c.inputs(1, 0), c.outputs(1)));
        assertThrows(IllegalStateException.class, plan::saveState);
        assertThrows(IllegalStateException.class, plan::reset);
    }

    static List<Tensor> run(LayerCase c, LayerPlan plan, int[] lengths, List<Tensor> in) {
        List<Tensor> out = c.outputs(Arrays.stream(lengths).sum());
        plan.run(lengths, in, out);
        return out;
    }

    static List<Comparison> compare(String what, List<Tensor> expected, List<Tensor> found) {
        List<Comparison> comparisons = new ArrayList<>();
        for (int i = 0; i < expected.size(); i++) {
            comparisons.add(Comparison.of(what + " output " + i, expected.get(i), found.get(i)));
        }
        return comparisons;
    }

    static void within(Comparison comparison, double tolerance) {
        assertTrue(comparison.within(tolerance), () -> comparison + "; tolerance " + tolerance);
    }

    private static void paste(List<Tensor> rows, List<Tensor> to, int from) {
        for (int i = 0; i < rows.size(); i++) {
            int width = to.get(i).dim(1);
            for (long j = 0; j < rows.get(i).size(); j++) {
                to.get(i).set((long) from * width + j, rows.get(i).get(j));
            }
        }
    }
}
