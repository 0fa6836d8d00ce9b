package io.deltarule.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaidOnceTest {
    @TempDir
    Path folder;

    @Test
    void eachLineIsNewOnce() throws Exception {
        Map<String, String> environment = Map.of("XDG_STATE_HOME", folder.toString());
        assertTrue(SaidOnce.ofUser(environment, "Linux").isNew("no GPU"));
        assertFalse(SaidOnce.ofUser(environment, "Linux").isNew("no GPU"));
        assertTrue(SaidOnce.ofUser(environment, "Linux").isNew("no driver, 中"));
        assertFalse(SaidOnce.ofUser(environment, "Linux").isNew("no driver, 中"));
        assertFalse(SaidOnce.ofUser(environment, "Linux").isNew("no GPU"));
        assertEquals("no GPU\nno driver, 中\n", Files.readString(folder.resolve("deltarule/said")));
    }

    @Test
    void whatIsOldestIsForgottenFirst() {
        SaidOnce once = SaidOnce.in(folder.resolve("said"));
        for (int i = 0; i < 101; i++) {
            assertTrue(once.isNew("line " + i));
        }
        assertFalse(once.isNew("line 1"));
        assertTrue(once.isNew("line 0"));
    }

    @Test
    void whatCannotBeRememberedIsNotSaid() throws Exception {
        assertFalse(SaidOnce.never().isNew("anything"));
        assertFalse(SaidOnce.ofUser(Map.of(), "Linux").isNew("no home"));
        assertFalse(SaidOnce.ofUser(Map.of("HOME", "relative"), "Linux").isNew("no home"));
        Path file = Files.writeString(folder.resolve("file"), "");
        assertFalse(SaidOnce.in(file.resolve("below a file")).isNew("no folder"));
    }

    @Test
    void itLiesWhereTheUsersStateLies() {
        SaidOnce.ofUser(Map.of("HOME", folder.toString()), "Linux").isNew("x");
        assertTrue(Files.exists(folder.resolve(".local/state/deltarule/said")));
        SaidOnce.ofUser(Map.of("LOCALAPPDATA", folder.toString()), "Windows 11").isNew("x");
        assertTrue(Files.exists(folder.resolve("deltarule/said")));
    }
}
