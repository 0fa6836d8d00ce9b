package io.deltarule.sdk.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstallListener;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads from a server on this machine that cuts connections, changes the file and lies. */
@Tag("thorough")
class DownloadTest {
    private static final byte[] FILE = bytes(1, 300_000);
    private static final byte[] OTHER = bytes(2, 300_000);
    private static final Download.RetryPolicy SHORT =
            new Download.RetryPolicy(2, Duration.ofMillis(1), Duration.ofSeconds(20), 1_000_000);

    @TempDir
    Path folder;

    private ScriptedServer server;
    private PartialFile part;

    private static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @BeforeEach
    void begin() throws Exception {
        server = new ScriptedServer();
        server.put("/sdk.zip", FILE);
        part = new PartialFile(folder, "sdk.zip");
    }

    @AfterEach
    void end() {
        server.close();
    }

    private void fetch(Download.RetryPolicy policy) throws Exception {
        new Download(Download.client(), policy, InstallListener.SILENT).fetch(server.address("/sdk.zip"), part);
    }

    private String refused(Download.RetryPolicy policy) {
        return assertThrows(InstallException.class, () -> fetch(policy)).getMessage();
    }

    private void assertWhole(byte[] expected) throws Exception {
        assertArrayEquals(expected, Files.readAllBytes(part.path()));
    }

    @Test
    void arrivesWhole() throws Exception {
        fetch(SHORT);
        assertWhole(FILE);
        assertEquals(List.of("- -"), server.asked);
        fetch(SHORT);
        assertEquals(1, server.asked.size(), "what is complete is not asked for again");
    }

    @Test
    void goesOnWhereTheConnectionWasCut() throws Exception {
        server.cutAfter(100_000);
        server.cutAfter(50_000);
        fetch(SHORT);
        assertWhole(FILE);
        assertEquals(3, server.asked.size());
        assertEquals("- -", server.asked.getFirst());
        long first = begun(1);
        assertTrue(first > 0 && first <= 100_000, server.asked::toString);
        long second = begun(2);
        assertTrue(second > first && second <= first + 50_000, server.asked::toString);
    }

    /** Where a request went on; of what a server sent before it cut the connection the last bytes may be lost. */
    private long begun(int request) {
        String asked = server.asked.get(request);
        assertTrue(asked.matches("bytes=[0-9]+- \"one\""), asked);
        return Long.parseLong(asked.substring("bytes=".length(), asked.indexOf('-')));
    }

    @Test
    void goesOnInALaterProcess() throws Exception {
        server.cutAfter(100_000);
        server.next(ScriptedServer.status(503));
        server.next(ScriptedServer.status(503));
        String message = refused(SHORT);
        assertTrue(message.contains("503") && message.contains("again to continue"), message);
        part = new PartialFile(folder, "sdk.zip");
        long arrived = Files.size(part.path());
        assertTrue(arrived > 0, "some of it arrived");
        fetch(SHORT);
        assertWhole(FILE);
        assertEquals(arrived, begun(server.asked.size() - 1));
    }

    @Test
    void beginsAnewWhereTheServerHasNoRanges() throws Exception {
        server.ranges = false;
        server.cutAfter(100_000);
        fetch(SHORT);
        assertWhole(FILE);
    }

    @Test
    void beginsAnewWhereNothingIdentifiesTheFile() throws Exception {
        server.etag = null;
        server.cutAfter(100_000);
        fetch(SHORT);
        assertWhole(FILE);
        assertEquals(List.of("- -", "- -"), server.asked);
    }

    @Test
    void aWeakTagIsNotEnoughToGoOn() throws Exception {
        server.etag = "W/\"one\"";
        server.cutAfter(100_000);
        fetch(SHORT);
        assertWhole(FILE);
        assertEquals(List.of("- -", "- -"), server.asked);
    }

    @Test
    void beginsAnewWhenTheFileChangedMeanwhile() throws Exception {
        server.cutAfter(100_000);
        server.next(exchange -> {
            server.put("/sdk.zip", OTHER);
            server.etag = "\"two\"";
            ScriptedServer.status(503).give(exchange);
        });
        fetch(SHORT);
        assertWhole(OTHER);
    }

    @Test
    void aContinuationOfAnotherVersionIsNotTaken() throws Exception {
        server.cutAfter(100_000);
        server.next(
                exchange -> { // ignores If-Range
                    exchange.getResponseHeaders().set("ETag", "\"two\"");
                    exchange.getResponseHeaders().set("Content-Range", "bytes 100000-299999/300000");
                    exchange.sendResponseHeaders(206, 200_000);
                    exchange.getResponseBody().write(OTHER, 100_000, 200_000);
                    exchange.close();
                });
        fetch(SHORT);
        assertWhole(FILE);
    }

    @Test
    void aContinuationFromElsewhereIsNotTaken() throws Exception {
        server.cutAfter(100_000);
        server.next(exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"one\"");
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-199999/300000");
            exchange.sendResponseHeaders(206, 200_000);
            exchange.getResponseBody().write(FILE, 0, 200_000);
            exchange.close();
        });
        fetch(SHORT);
        assertWhole(FILE);
    }

    @Test
    void startsAgainWhenThePartIsLongerThanTheFile() throws Exception {
        server.cutAfter(100_000);
        server.next(ScriptedServer.status(416));
        fetch(SHORT);
        assertWhole(FILE);
        assertEquals("- -", server.asked.getLast());
    }

    @Test
    void whatIsNotThereIsSaidAtOnce() {
        server.next(ScriptedServer.status(404));
        String message = refused(SHORT);
        assertTrue(message.contains("404") && message.contains("/sdk.zip"), message);
        assertEquals(1, server.asked.size());
        assertFalse(Files.exists(part.path()));
    }

    @Test
    void aServerInTroubleIsAskedAgain() throws Exception {
        server.next(ScriptedServer.status(500));
        fetch(SHORT);
        assertWhole(FILE);
    }

    @Test
    void givesUpOnAServerThatStaysInTrouble() {
        for (int i = 0; i < 10; i++) {
            server.next(ScriptedServer.status(500));
        }
        String message = refused(SHORT);
        assertTrue(message.contains("500"), message);
        assertEquals(2, server.asked.size());
    }

    @Test
    void aServerThatStopsSendingIsLeft() throws Exception {
        server.next(exchange -> {
            exchange.sendResponseHeaders(200, FILE.length);
            exchange.getResponseBody().write(FILE, 0, 1000);
            exchange.getResponseBody().flush();
            // and nothing more, with the connection open
        });
        fetch(new Download.RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(400), 1_000_000));
        assertWhole(FILE);
        assertEquals(2, server.asked.size());
    }

    @Test
    void moreThanAnySdkHasIsNotFetched() {
        Download.RetryPolicy small = new Download.RetryPolicy(2, Duration.ofMillis(1), Duration.ofSeconds(20), 200_000);
        assertTrue(refused(small).contains("no TornadoVM SDK"));
        // Nor where the length is not announced.
        server.next(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(FILE);
            exchange.close();
        });
        assertTrue(refused(small).contains("sends more"));
        assertFalse(Files.exists(part.path()));
    }

    @Test
    void noServerIsOneLine() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        URI nowhere = URI.create("http://127.0.0.1:" + free + "/sdk.zip");
        Download download = new Download(Download.client(), SHORT, InstallListener.SILENT);
        String message = assertThrows(InstallException.class, () -> download.fetch(nowhere, part))
                .getMessage();
        assertTrue(message.contains("no connection to 127.0.0.1"), message);
        assertEquals(1, message.lines().count());

        URI unknown = URI.create("http://no-such-host.invalid/sdk.zip");
        message = assertThrows(InstallException.class, () -> download.fetch(unknown, part))
                .getMessage();
        assertTrue(message.contains("no-such-host.invalid"), message);
    }

    @Test
    void aDiskThatDoesNotTakeItIsOneLine() throws Exception {
        Path file = Files.writeString(folder.resolve("a-file"), "");
        part = new PartialFile(file, "sdk.zip"); // below what is no folder
        String message = refused(SHORT);
        assertTrue(message.contains("could not") && message.contains("a-file"), message);
    }

    @Test
    void aDamagedMarkMeansABeginning() throws Exception {
        Files.write(part.path(), OTHER);
        Files.writeString(folder.resolve("sdk.zip.part.properties"), "\\u12");
        fetch(SHORT);
        assertWhole(FILE);
    }
}
