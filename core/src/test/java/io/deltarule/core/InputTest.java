package io.deltarule.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputTest {
    private static final int B = 2;
    private static final int T = 5;

    /** H = 2, HV = 6, K = 8, V = 3, n = 4: no two lengths are the same. */
    private static DeltaShape shape(Gate gate) {
        return new DeltaShape(B, T, 2, 6, 8, 3, 4, B, gate, true);
    }

    private static int[] dims(Input input, Gate gate) {
        return input.axes(shape(gate)).dims(B, T);
    }

    @Test
    void axesAreThoseThatTheTensorsAreDocumentedWith() {
        assertArrayEquals(new int[] {B, T, 2, 8}, dims(Input.Q, Gate.NONE));
        for (Input keys : List.of(Input.K, Input.P, Input.B)) {
            assertArrayEquals(new int[] {B, 4 * T, 2, 8}, dims(keys, Gate.NONE));
        }
        for (Input values : List.of(Input.V, Input.W)) {
            assertArrayEquals(new int[] {B, 4 * T, 6, 3}, dims(values, Gate.NONE));
        }
        assertArrayEquals(new int[] {B, 4 * T, 6}, dims(Input.BETA, Gate.NONE));
        assertArrayEquals(new int[] {B, T, 6, 3}, dims(Input.R, Gate.NONE));
        assertArrayEquals(new int[] {B, T, 6}, dims(Input.G, Gate.SCALAR));
        assertArrayEquals(new int[] {B, T, 6, 8}, dims(Input.G, Gate.CHANNEL));
        assertEquals(0, Input.G.axes(shape(Gate.NONE)).width());
    }

    @Test
    void aTokenIsAsWideAsItsPartOfTheTensor() {
        for (Gate gate : List.of(Gate.SCALAR, Gate.CHANNEL)) {
            for (Input input : Input.values()) {
                int size = Arrays.stream(dims(input, gate)).reduce(1, (a, b) -> a * b);
                assertEquals(size, B * T * input.axes(shape(gate)).width(), input.id());
            }
        }
    }

    @Test
    void secondKeysAndEraseGatesAreFoundByTheirWidth() {
        DeltaShape s = shape(Gate.CHANNEL);
        for (Input input : List.of(Input.P, Input.B)) {
            assertTrue(input.eitherHeads());
            assertEquals(2, input.axesOfWidth(s, 4 * 2 * 8).heads());
            assertEquals(6, input.axesOfWidth(s, 4 * 6 * 8).heads());
            assertEquals(4 * 2 * 8, input.axesOfWidth(s, 1).width());
        }
        assertFalse(Input.K.eitherHeads());
        assertEquals(2, Input.K.axesOfWidth(s, 4 * 6 * 8).heads());
    }

    @Test
    void statesHaveTheirAxesInOnePlace() {
        StateShape state = shape(Gate.NONE).state();
        assertArrayEquals(new int[] {B, 6, 8, 3}, state.dims());
        assertArrayEquals(new int[] {6, 8, 3}, state.dimsPerSequence());
        assertEquals(B * 6, state.count());
        assertEquals(24, state.numbersPerHead());
        assertEquals(6 + 5, state.index(1, 5));
        assertTrue(state.fits(Tensor.zeros(B, 6, 8, 3)));
        assertFalse(state.fits(Tensor.zeros(B, 6, 3, 8)));
        assertEquals("[2, 6, 8, 3]", state.toString());
    }
}
