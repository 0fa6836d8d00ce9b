package io.deltarule.experiments.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.Found;
import io.deltarule.experiments.ResultPanel;
import io.deltarule.experiments.ResultPoint;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetrievalSnrTest {
    private static final int K = 16;
    private static final ExperimentResult RESULT = Found.run(new RetrievalSnr(K, 16, List.of(8, 16, 32), 60), 8);

    @ParameterizedTest
    @ValueSource(strings = {"delta β 1", "delta β 0.5", "linear β 1", "exponential kernel"})
    void noiseByLoadIsWhatTheFormulaSays(String rule) {
        follows(Found.panel(RESULT, "load"), rule);
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta β 1", "delta β 0.5", "linear β 1"})
    void noiseByAgeIsWhatTheFormulaSays(String rule) {
        follows(Found.panel(RESULT, "age"), rule);
    }

    /** Within the seeds' own spread, and 3 % for what a ratio of means has of bias. */
    private static void follows(ResultPanel panel, String rule) {
        List<ResultPoint> found = Found.curve(panel, rule).points();
        List<ResultPoint> law = Found.curve(panel, "law of " + rule).points();
        for (int i = 0; i < found.size(); i++) {
            double expected = law.get(i).mean();
            assertEquals(found.get(i).x(), law.get(i).x());
            assertEquals(
                    expected,
                    found.get(i).mean(),
                    5 * Found.standardError(found.get(i)) + 0.03 * expected,
                    rule + " at " + found.get(i).x());
        }
    }

    /** At the youngest the delta rule is far cleaner than a sum, at the oldest far noisier. */
    @Test
    void theDeltaRuleForgetsByAge() {
        ResultPanel ages = Found.panel(RESULT, "age");
        List<ResultPoint> delta = Found.curve(ages, "delta β 1").points();
        List<ResultPoint> linear = Found.curve(ages, "linear β 1").points();
        assertTrue(delta.getFirst().mean() < linear.getFirst().mean() / 5);
        assertTrue(delta.getLast().mean() > linear.getLast().mean() * 5);
    }

    /** Of a single association nothing disturbs the read; of the second, one write over a clean state does. */
    @Test
    void smallCasesByHand() {
        assertEquals(0, new StateLaws(1, 64).read(0, 0).noise(), 1e-12);
        StateLaws laws = new StateLaws(1, 4);
        StateLaws.Read older = laws.read(0, 1);
        assertEquals(1 - 1.0 / 4, older.part(), 1e-12);
        // x' = x − (k·k₀)(Sᵀk) + (k·k₀) v with Sᵀk = (k·k₀) v₀: E|x'|² = 1 − 2/d + 3/(d(d+2)) + 1/d
        assertEquals(1 - 2.0 / 4 + 3.0 / 24 + 1.0 / 4, older.square(), 1e-12);
    }
}
