package io.deltarule.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static Tensor t(float... values) {
        return Tensor.of(values, values.length);
    }

    @Test
    void knownRatio() {
        Comparison c = Comparison.of("o", t(3, 4, 0, 0), t(3, 4, 0, 0.5f));
        assertEquals(0.1, c.ratio(), 1e-12);
        assertEquals(3, c.index());
        assertEquals(0.5, c.maxError());
        assertTrue(c.within(0.1000001));
        assertFalse(c.within(0.0999));
        assertTrue(c.toString().contains("o: ") && c.toString().contains("index 3 of 4"), c.toString());
    }

    @Test
    void nonFiniteNeverPasses() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Comparison found = Comparison.of("o", t(1, 2, 3), t(1, bad, bad));
            assertFalse(found.within(Double.POSITIVE_INFINITY));
            assertEquals(1, found.index());
            assertFalse(Comparison.of("o", t(1, bad), t(1, bad)).within(Double.POSITIVE_INFINITY));
        }
    }

    @Test
    void allZeroExpectationIsTakenAgainstOne() {
        assertEquals(0, Comparison.of("o", t(0, 0), t(0, 0)).ratio());
        assertEquals(2, Comparison.of("o", t(0, 0), t(2, 2)).ratio());
    }

    @Test
    void emptyTensorsAgree() {
        assertTrue(Comparison.of("o", t(), t()).within(0));
    }

    @Test
    void shapesMustAgree() {
        assertThrows(InvalidInputException.class, () -> Comparison.of("o", t(1, 2), t(1)));
    }
}
