package io.deltarule.core.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static float exp(float x) {
        return Lanes.exp(FloatVector.broadcast(Lanes.SPECIES, x)).lane(Lanes.COUNT - 1);
    }

    @Test
    void expIsAsAccurateAsItSays() {
        double worst = 0;
        for (float x = -87.33f; x < 88.72f; x += 0.00137f) {
            double exact = Math.exp(x);
            worst = Math.max(worst, Math.abs(exp(x) - exact) / exact);
        }
        assertTrue(worst < 0x1p-22, "relative error " + worst);
    }

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

    @Test
    void expAtTheEdges() {
        assertEquals(1, exp(0));
        assertEquals(1, exp(-0f));
        assertEquals(0, exp(Float.NEGATIVE_INFINITY));
        assertEquals(0, exp(-1e4f));
        assertEquals(0, exp(-87.4f));
        assertEquals(Float.POSITIVE_INFINITY, exp(Float.POSITIVE_INFINITY));
        assertEquals(Float.POSITIVE_INFINITY, exp(88.8f));
        assertEquals(Float.NaN, exp(Float.NaN));
        assertTrue(Float.isFinite(exp(88.72f)));
    }
}
