package io.deltarule.tornado.quirks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TornadoVersionTest {
    @Test
    void theArchiveTellsTheVersion() {
        URI archive = URI.create("file:///a%20folder/tornado-runtime-8.2.0-jdk22plus.jar");
        assertEquals(Optional.of("8.2.0-jdk22plus"), TornadoVersion.of(archive));
        assertEquals(Optional.empty(), TornadoVersion.of(URI.create("jrt:/tornado.runtime")));
    }

    @Test
    void anotherVersionIsNamedBesideTheVerifiedOne() {
        assertEquals(Optional.empty(), TornadoVersion.notice(TornadoVersion.VERIFIED));
        String notice = TornadoVersion.notice("8.2.0-jdk22plus").orElseThrow();
        assertTrue(notice.contains("8.2.0-jdk22plus") && notice.contains("5.2.0-jdk25"), notice);
    }
}
