package io.deltarule.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.deltarule.core.reference.ReferenceEngine;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a backward pass is given and gives: shapes and the messages about them. */
class DeltaGradientsTest {
    private static final DeltaInputs IN = DeltaInputs.of(
                    Tensor.zeros(1, 2, 1, 2), Tensor.zeros(1, 2, 1, 2), Tensor.zeros(1, 2, 1, 3))
            .with(Input.BETA, Tensor.zeros(1, 2, 1));
    private static final DeltaShape SHAPE = IN.validate(Variant.DELTA_RULE);

    private static String refused(Runnable what) {
        return assertThrows(InvalidInputException.class, what::run).getMessage();
    }

    @Test
    void gradientsHaveTheShapesOfTheirInputs() {
        DeltaGradients right = DeltaGradients.poisoned(IN, SHAPE);
        right.validate(IN, SHAPE);
        new DeltaGradients(right.tensors(), null).validate(IN, SHAPE);
        Map<Input, Tensor> tensors = new EnumMap<>(right.tensors());
        tensors.put(Input.V, Tensor.zeros(1, 2, 1, 4));
        DeltaGradients wide = new DeltaGradients(tensors, null);
        assertEquals("d_v: expected [1, 2, 1, 3] as v but found [1, 2, 1, 4]", refused(() -> wide.validate(IN, SHAPE)));
        tensors.remove(Input.V);
        DeltaGradients missing = new DeltaGradients(tensors, null);
        assertEquals(
                "gradients: expected one for each of the inputs q, k, v, beta but found q, k, beta",
                refused(() -> missing.validate(IN, SHAPE)));
        DeltaGradients state = new DeltaGradients(right.tensors(), Tensor.zeros(1, 1, 3, 2));
        assertEquals(
                "d_initial_state: expected [1, 1, 2, 3] but found [1, 1, 3, 2]",
                refused(() -> state.validate(IN, SHAPE)));
    }

    @Test
    void cotangentsMayBeAbsentButNotMisshapen() {
        new DeltaCotangents(null, null, null).validate(SHAPE);
        Tensor o = Tensor.zeros(1, 2, 1, 3);
        assertEquals(
                "d_o: expected [1, 2, 1, 3] but found [1, 2, 3]",
                refused(() -> new DeltaCotangents(Tensor.zeros(1, 2, 3), null).validate(SHAPE)));
        assertEquals(
                "d_final_state: expected [1, 1, 2, 3] but found [1, 2, 1, 3]",
                refused(() -> new DeltaCotangents(o, o).validate(SHAPE)));
        assertEquals(
                "d_o_cross: expected none, because there are no read queries r, but found [1, 2, 1, 3]",
                refused(() -> new DeltaCotangents(o, o, null).validate(SHAPE)));
        new DeltaCotangents(o, o, null).validate(SHAPE.withCrossRead());
    }

    @Test
    void aKeptStateIsRefused() {
        PlanSpec spec = PlanSpec.of(Variant.DELTA_RULE, SHAPE).keepingState();
        assertEquals(
                "gradients: expected a specification without a kept state but found one; pass initialState to each run"
                        + " instead",
                refused(() -> new ReferenceEngine().gradientPlan(spec)));
    }

    @Test
    void anEngineWithoutABackwardPassSaysSo() {
        DeltaEngine forwardOnly = new DeltaEngine() {
            @Override
            public String name() {
                return "forward-only";
            }

            @Override
            public String description() {
                return "";
            }

            @Override
            public Optional<String> unavailable() {
                return Optional.empty();
            }

            @Override
            public List<Device> devices() {
                return List.of();
            }

            @Override
            public DeltaPlan plan(PlanSpec spec) {
                throw new AssertionError();
            }
        };
        assertEquals(
                "engine forward-only: expected a forward pass, it has no backward pass; use engine reference or cpu",
                refused(() -> forwardOnly.gradientPlan(PlanSpec.of(Variant.DELTA_RULE, SHAPE))));
    }
}
