package io.deltarule.core.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.LayerCases;
import io.deltarule.core.testkit.LayerLaws;
import io.deltarule.core.testkit.TestScope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws of layers on the CPU engine, on large sizes too, with more threads than this machine may have. */
class CpuLayerTest extends LayerLaws {
    @Override
    protected LayerEngine engine() {
        return new CpuEngine(3);
    }

    @Override
    protected List<LayerCase> cases() {
        List<LayerCase> cases = new ArrayList<>(LayerCases.all());
        cases.addAll(LayerCases.losses());
        cases.addAll(LayerCases.levels());
        return cases;
    }

    /** Prefill past every block, a window's ring written over, decoding far into the context, sequences of all lengths. */
    @ParameterizedTest
    @MethodSource("io.deltarule.core.testkit.LayerCases#large")
    @Tag(TestScope.THOROUGH)
    void largeMatchesReference(LayerCase c) {
        matchesReference(c, c.spec(420, 2, 700), new int[][] {{330, 66}, {1, 1}, {5, 0}, {0, 301}, {130, 0}, {1, 0}});
    }

    @Test
    void weightsAreReadWhereTheyLieOrCopiedOnce() {
        LayerCase c = LayerCases.one("linear", new MatrixOp.Linear(new Slot("x", 5), new Slot("y", 3), "w", "b"));
        LayerSpec spec = c.spec(4, 1, 10);
        float[] expected = run(spec, c);
        try (Arena arena = Arena.ofConfined()) {
            for (int shift = 0; shift < 4; shift++) {
                MemorySegment moved =
                        arena.allocate(15 * Float.BYTES + shift, 4).asSlice(shift);
                moved.copyFrom(spec.weights().get("w", 3, 5).data());
                Weights weights = Weights.of(Map.of(
                        "w",
                        Tensor.view(moved, 3, 5),
                        "b",
                        spec.weights().get("b", 3).toTensor()));
                assertArrayEquals(expected, run(LayerSpec.of(c.program(), weights, 4, 1, 10), c), "shift " + shift);
            }
        }
    }

    private float[] run(LayerSpec spec, LayerCase c) {
        try (LayerPlan plan = engine().plan(spec)) {
            List<Tensor> out = c.outputs(4);
            plan.run(new int[] {4}, c.inputs(4, 1), out);
            return out.getFirst().toArray();
        }
    }

    @Test
    void refusesWeightsWhoseMemoryIsGone() {
        LayerCase c = LayerCases.one("linear", new MatrixOp.Linear(new Slot("x", 5), new Slot("y", 3), "w", null));
        Arena arena = Arena.ofShared();
        Tensor w = Tensor.allocate(arena, 3, 5);
        try (LayerPlan plan = engine().plan(LayerSpec.of(c.program(), Weights.of(Map.of("w", w)), 4, 1, 10))) {
            arena.close();
            assertThrows(IllegalStateException.class, () -> plan.run(new int[] {4}, c.inputs(4, 1), c.outputs(4)));
        }
    }

    @Test
    void closingFreesEverything() {
        LayerCase c = LayerCases.delta().getFirst();
        CpuLayerPlan plan = (CpuLayerPlan) engine().plan(c.spec(4, 1, 10));
        assertTrue(plan.holdsMemory());
        plan.close();
        assertFalse(plan.holdsMemory());
        assertThrows(
                InvalidInputException.class,
                () -> engine().plan(c.spec(4, 1, 10).withChunkSize(1000)));
    }
}
