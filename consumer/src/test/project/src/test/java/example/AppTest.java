package example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Engines;
import org.junit.jupiter.api.Test;

class AppTest {
    @Test
    void readsBackWhatWasWritten() {
        for (String engine : new String[] {"reference", "cpu", "tornado"}) {
            assertTrue(App.readsBack(Engines.named(engine)), engine);
        }
    }
}
