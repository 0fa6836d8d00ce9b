package io.deltarule.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The length of all gradients, and what is not finite among them. */
class GradientNormTest {
    private ParameterArena gradients;

    @BeforeEach
    void make() {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("a", new int[] {4099}); // two blocks and a rest of three
        shapes.put("b", new int[] {2, 3});
        gradients = new ParameterArena(new ParameterLayout(shapes));
    }

    @Test
    void isThatOfAllNumbersTogether() {
        gradients.tensor("a").fill(2);
        gradients.tensor("b").fill(-3);
        double norm = Math.sqrt(4099 * 4.0 + 6 * 9.0);
        assertEquals(norm, GradientNorm.of(gradients), 1e-12);
        GradientNorm.scale(gradients, 0.5f);
        assertEquals(1, gradients.tensor("a").get(4098));
        assertEquals(-1.5f, gradients.tensor("b").get(5));
        assertEquals(norm / 2, GradientNorm.of(gradients), 1e-12);
    }

    @Test
    void squaresThatOutgrowFloat32DoNot() {
        gradients.tensor("b").set(1, 1e30f);
        assertEquals(1e30, GradientNorm.of(gradients), 1e23);
        assertEquals(Optional.empty(), GradientNorm.firstNotFinite(gradients));
    }

    @Test
    void whatIsNotFiniteIsNamed() {
        gradients.tensor("b").set(1, Float.NaN);
        assertFalse(Double.isFinite(GradientNorm.of(gradients)));
        assertEquals(Optional.of("b"), GradientNorm.firstNotFinite(gradients));
        gradients.tensor("a").set(4098, Float.NEGATIVE_INFINITY);
        assertEquals(Optional.of("a"), GradientNorm.firstNotFinite(gradients));
    }
}
