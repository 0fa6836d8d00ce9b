package io.deltarule.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void drawsWhatIsGoingOnAndErasesItAtTheEnd() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream terminal = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        try (Progress progress = Progress.on(terminal, "reading")) {
            waitFor(bytes, "reading, 0 s");
            progress.say("writing");
            waitFor(bytes, "writing");
        }
        String drawn = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(drawn.endsWith("\r\033[K"), drawn);
        assertFalse(drawn.contains("\n"), "one line");
        Thread.sleep(600);
        assertEquals(drawn, bytes.toString(StandardCharsets.UTF_8), "nothing after the end");
    }

    private static void waitFor(ByteArrayOutputStream bytes, String text) throws InterruptedException {
        for (int i = 0; i < 200 && !bytes.toString(StandardCharsets.UTF_8).contains(text); i++) {
            Thread.sleep(20);
        }
        assertTrue(bytes.toString(StandardCharsets.UTF_8).contains(text));
    }
}
