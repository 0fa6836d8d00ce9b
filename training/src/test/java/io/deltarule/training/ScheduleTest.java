package io.deltarule.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import org.junit.jupiter.api.Test;

/** The learning rate over time. */
class ScheduleTest {
    private static final double TOLERANCE = 1e-15;

    @Test
    void risesInALineAndFallsInHalfACosine() {
        Schedule schedule = Schedule.cosine(0.8, 0.25, 4, 104);
        assertEquals(0.2, schedule.at(0), TOLERANCE);
        assertEquals(0.6, schedule.at(2), TOLERANCE);
        assertEquals(0.8, schedule.at(3), TOLERANCE);
        assertEquals(0.8, schedule.at(4), TOLERANCE);
        assertEquals(0.5, schedule.at(54), TOLERANCE, "half-way: the mean of peak and floor");
        assertEquals(0.2, schedule.at(104), TOLERANCE);
        assertEquals(0.2, schedule.at(500), TOLERANCE, "beyond the end");
        for (int s = 4; s < 104; s++) {
            assertTrue(schedule.at(s + 1) < schedule.at(s), "falls at " + s);
        }
    }

    @Test
    void withoutWarmUpItBeginsAtThePeak() {
        assertEquals(0.01, Schedule.cosine(0.01, 0, 0, 10).at(0), TOLERANCE);
        assertEquals(0.01, Schedule.constant(0.01).at(12345));
        assertTrue(Double.isFinite(Schedule.cosine(0.01, 0, 10, 10).at(10)));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThrows(InvalidInputException.class, () -> Schedule.cosine(0, 0, 0, 10));
        assertThrows(InvalidInputException.class, () -> Schedule.cosine(1, 1.5, 0, 10));
        assertThrows(InvalidInputException.class, () -> Schedule.cosine(1, 0, -1, 10));
    }
}
