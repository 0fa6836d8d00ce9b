package io.deltarule.core.cpu.math;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LanesTest {
    @Test
    void sumsEveryLaneOnce() {
        float[] powers = new float[Lanes.COUNT];
        for (int i = 0; i < powers.length; i++) {
            powers[i] = 1 << i % 24;
        }
        double exact = 0;
        for (float power : powers) {
            exact += power;
        }
        assertEquals(exact, Lanes.sum(FloatVector.fromArray(Lanes.SPECIES, powers, 0)));
    }
}
