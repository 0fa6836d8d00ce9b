package io.deltarule.core.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.Carried;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weights;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AbstractLayerPlanTest {
    private static final Slot X = new Slot("x", 1);
    private static final Slot Y = new Slot("y", 1);
    private static final List<Tensor> ONE = List.of(Tensor.zeros(1, 1));

    private static LayerSpec spec(LayerOp... ops) {
        LayerProgram program = new LayerProgram(
                List.of(X), List.of(ops[ops.length - 1].writes().getFirst()), List.of(ops));
        return LayerSpec.of(program, Weights.of(Map.of("table", Tensor.zeros(3, 1))), 4, 1, 8);
    }

    /** Does nothing, or fails, or is used again while it runs. */
    private static class Plan extends AbstractLayerPlan {
        private Runnable during = () -> {};

        Plan(LayerSpec spec) {
            super(spec);
        }

        @Override
        protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
            during.run();
        }

        @Override
        protected void clearState() {}

        @Override
        protected void readState(List<Tensor> state, int[] positions) {}

        @Override
        protected void writeState(List<Tensor> state, int[] positions) {}

        @Override
        protected void release() {}

        private void runOne() {
            run(new int[] {1}, ONE, ONE);
        }
    }

    @Test
    void aFailedRunLeavesNoStateToGoOnFrom() {
        try (Plan plan = new Plan(spec(new ElementwiseOp.Add(X, X, Y)))) {
            plan.runOne();
            plan.during = () -> {
                throw new ArithmeticException("half-way");
            };
            assertThrows(ArithmeticException.class, plan::runOne);
            plan.during = () -> {};
            assertThrows(IllegalStateException.class, plan::runOne);
            assertThrows(IllegalStateException.class, plan::saveState);
            plan.loadState(List.of(), new int[] {5});
            plan.runOne();
            assertArrayEquals(new int[] {6}, plan.positions());
        }
    }

    @Test
    void refusesUseWhileItRuns() {
        try (Plan plan = new Plan(spec(new ElementwiseOp.Add(X, X, Y)))) {
            plan.during = () -> {
                assertThrows(IllegalStateException.class, plan::runOne);
                assertThrows(IllegalStateException.class, plan::reset);
                assertThrows(IllegalStateException.class, plan::close);
            };
            plan.runOne();
            plan.during = () -> {};
            plan.runOne();
        }
    }

    /** Only ids that were checked when the run began may choose a row. */
    @Test
    void refusesComputedIds() {
        LayerSpec spec =
                spec(new ElementwiseOp.Add(X, X, Y), new MatrixOp.Embedding(Y, new Slot("out", 1), "table", 3));
        assertThrows(InvalidInputException.class, () -> new Plan(spec));
    }

    @Test
    void carriedStateHasOneShapePerThingCarried() {
        SequenceOp.Attention window = new SequenceOp.Attention(
                new Slot("q", 8), new Slot("k", 4), new Slot("v", 6), new Slot("o", 12), 2, 1, 5, 1);
        List<Carried> carried = window.carried(100);
        assertArrayEquals(new int[] {3, 1, 5, 4}, carried.get(0).shape(3));
        assertArrayEquals(new int[] {3, 1, 5, 6}, carried.get(1).shape(3));
        assertArrayEquals(new int[] {3, 1, 2, 4}, window.carried(2).get(0).shape(3));
    }
}
