package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.deltarule.core.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopTextTest {
    /** However the text is cut, what is handed out is the text up to the first stop, and never more on the way. */
    @ParameterizedTest
    @CsvSource({
        "one two three, 'two', 'one '",
        "one two three, 'three|two', 'one '",
        "one two three, 'four', one two three",
        "one two, 'two!', one two",
        "aaab, 'aab', a",
        "ababac, 'abac', ab",
        "xyz, 'x', ''",
        "a😀b, '😀', a",
        "nothing, '', nothing",
    })
    void textUpToTheFirstStop(String text, String stops, String expected) {
        List<String> all = stops.isEmpty() ? List.of() : List.of(stops.split("\\|"));
        for (int first = 0; first <= text.length(); first++) {
            for (int second = first; second <= text.length(); second++) {
                StopText stop = new StopText(all);
                StringBuilder shown = new StringBuilder();
                for (String piece :
                        new String[] {text.substring(0, first), text.substring(first, second), text.substring(second)
                        }) {
                    shown.append(stop.next(piece));
                    assertEquals(expected.substring(0, Math.min(shown.length(), expected.length())), shown.toString());
                }
                assertEquals(!expected.equals(text), stop.reached());
                assertEquals(expected, shown + stop.rest());
            }
        }
    }

    @Test
    void anEmptyStopIsRefused() {
        assertThrows(InvalidInputException.class, () -> new StopText(List.of("a", "")));
    }
}
