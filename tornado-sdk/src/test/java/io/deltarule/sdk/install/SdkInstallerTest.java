package io.deltarule.sdk.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.sdk.Backend;
import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstallListener;
import io.deltarule.sdk.InstalledSdk;
import io.deltarule.sdk.InvalidOptionException;
import io.deltarule.sdk.SdkRelease;
import io.deltarule.sdk.TargetSystem;
import io.deltarule.sdk.archive.Archives;
import io.deltarule.sdk.download.Checksum;
import io.deltarule.sdk.download.Download;
import io.deltarule.sdk.download.ScriptedServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whole installations from a server on this machine that has the releases' layout. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell and POSIX file permissions")
@Tag("thorough")
class SdkInstallerTest {
    private static final String VERSION = "5.2.0-jdk25";
    private static final TargetSystem LINUX = new TargetSystem("linux", "amd64");
    private static final String PATH = "/v" + VERSION + "/" + Archives.NAME + "-linux-amd64.zip";
    private static final Download.RetryPolicy SHORT =
            new Download.RetryPolicy(2, Duration.ofMillis(1), Duration.ofSeconds(20), 10_000_000);

    @TempDir
    Path folder;

    private ScriptedServer server;
    private SdkStore store;
    private byte[] archive;
    private final List<String> listener = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void begin() throws Exception {
        server = new ScriptedServer();
        archive = Archives.sdk(VERSION, "opencl");
        server.put(PATH, archive);
        store = new SdkStore(folder.resolve("my data/sdks"));
    }

    @AfterEach
    void end() {
        server.close();
    }

    private SdkInstaller installer() {
        return new SdkInstaller(store, SHORT, new InstallListener() {
            @Override
            public void doing(String what) {}

            @Override
            public void note(String line) {
                listener.add(line);
            }
        });
    }

    private SdkInstaller.Options options(Backend backend, String sha256, boolean force) {
        return new SdkInstaller.Options(null, backend, server.address("").toString(), null, null, sha256, force);
    }

    private SdkInstaller.Outcome install() {
        return installer().install(options(Backend.OPENCL, null, false).request(LINUX));
    }

    private String refused() {
        return assertThrows(InstallException.class, this::install).getMessage();
    }

    /** What is in the store, hidden or not, but for the lock and the empty folder of downloads. */
    private List<String> contents() throws IOException {
        try (Stream<Path> all = Files.list(store.root())) {
            return all.map(p -> p.getFileName().toString())
                    .filter(n -> !n.equals(".lock") && !n.equals(".downloads"))
                    .sorted()
                    .toList();
        }
    }

    private List<Path> downloads() throws IOException {
        try (Stream<Path> all = Files.list(store.downloads())) {
            return all.toList();
        }
    }

    @Test
    void installsAndIsFound() throws Exception {
        SdkInstaller.Outcome outcome = install();
        assertFalse(outcome.wasThere());
        Path home = store.root().resolve(Archives.NAME);
        assertEquals(new InstalledSdk(home, VERSION, List.of("opencl")), outcome.sdk());
        assertEquals(outcome.sdk(), store.current().orElseThrow());
        assertTrue(Files.isExecutable(home.resolve("bin/tornado")));
        // The folder's name has a space, which java's argument files want quoted; and no "." among the modules.
        assertEquals(
                List.of(
                        "# made of ${TORNADOVM_HOME}",
                        "\"-Djava.library.path=" + home + "/lib\"",
                        "--module-path \"" + home + "/share/java/tornado\"",
                        "--upgrade-module-path \"" + home + "/share/java/graalJars\"",
                        "--add-exports=a/b=c"),
                Files.readAllLines(home.resolve("tornado-argfile")));
        assertEquals(List.of(Archives.NAME, "current").stream().sorted().toList(), contents());
        assertEquals(List.of(), downloads());
        assertTrue(listener.getLast().contains("no published checksum"), listener.toString());
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws Exception {
        install();
        server.put("/v" + VERSION + "/tornadovm-" + VERSION + "-ptx-linux-amd64.zip", Archives.sdk(VERSION, "ptx"));
        installer().install(options(Backend.PTX, null, false).request(LINUX));
        assertEquals(List.of("ptx"), store.current().orElseThrow().backends());
        int asked = server.asked.size();
        assertTrue(install().wasThere());
        assertEquals(asked, server.asked.size());
        assertEquals(List.of("opencl"), store.current().orElseThrow().backends(), "chosen again");
        assertEquals(2, store.all().size());
    }

    @Test
    void forceReplaces() throws Exception {
        install();
        Path stranger = Files.writeString(store.root().resolve(Archives.NAME).resolve("stranger"), "");
        assertFalse(installer()
                .install(options(Backend.OPENCL, null, true).request(LINUX))
                .wasThere());
        assertFalse(Files.exists(stranger));
        assertEquals(2, contents().size());
    }

    @Test
    void aCutDownloadGoesOnWithTheNextCommand() throws Exception {
        server.cutAfter(archive.length / 2);
        server.next(ScriptedServer.status(502));
        server.next(ScriptedServer.status(502));
        refused();
        assertEquals(List.of(), contents());
        install();
        assertEquals("bytes=" + archive.length / 2 + "- \"one\"", server.asked.getLast());
        assertTrue(store.current().isPresent());
    }

    @Test
    void aDamagedArchiveIsNotUsedAndNotKept() throws Exception {
        server.put(PATH, Arrays.copyOf(archive, archive.length - 30));
        String message = refused();
        assertTrue(message.contains("intact") && message.contains("anew"), message);
        assertEquals(List.of(), contents());
        assertEquals(List.of(), downloads());
        server.put(PATH, archive);
        install();
    }

    @Test
    void anArchiveThatLeadsOutIsNotUsed() throws Exception {
        server.put(PATH, new Archives.Zip().file("../../escaped", "harm").done());
        assertTrue(refused().contains("leads out"));
        assertEquals(List.of(), contents());
        try (Stream<Path> all = Files.walk(folder)) {
            assertTrue(all.noneMatch(p -> p.getFileName().toString().equals("escaped")));
        }
    }

    @Test
    void checksumsDecide() throws Exception {
        String right = sha256(archive);
        installer().install(options(Backend.OPENCL, right, false).request(LINUX));
        String wrong = "0".repeat(64);
        String message = assertThrows(
                        InstallException.class,
                        () -> installer()
                                .install(options(Backend.OPENCL, wrong, true).request(LINUX)))
                .getMessage();
        assertTrue(message.contains(wrong) && message.contains(right), message);
        assertTrue(store.current().isPresent(), "what was there stays");
        assertEquals(List.of(), downloads());
        assertThrows(
                InvalidOptionException.class,
                () -> options(Backend.OPENCL, "12", false).request(LINUX));
    }

    private String sha256(byte[] bytes) throws IOException {
        return Checksum.of(Files.write(folder.resolve("sum"), bytes));
    }

    @Test
    void aMirrorsChecksumIsUsed() throws Exception {
        server.put(
                PATH + ".sha256",
                ("0".repeat(64) + "  archive.zip\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertTrue(refused().contains(".sha256"));
        server.put(PATH + ".sha256", sha256(archive).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        install();
        assertTrue(listener.getLast().contains(".sha256"), listener.toString());
    }

    @Test
    void aReleasesDescriptionGivesItsChecksum() throws Exception {
        URI descriptions = server.address("/repos/releases/tags");
        SdkRelease release = new SdkRelease(VERSION, Backend.OPENCL, LINUX);
        describe(release.archive(), "sha256:" + sha256(archive));
        SdkInstaller.Request request =
                new SdkInstaller.Request(release, server.address(""), descriptions, null, null, null, false);
        installer().install(request);
        assertTrue(listener.getLast().contains("/repos/releases/tags/v" + VERSION), listener.toString());

        describe(release.archive(), "sha256:" + "1".repeat(64));
        SdkInstaller.Request again =
                new SdkInstaller.Request(release, server.address(""), descriptions, null, null, null, true);
        assertTrue(assertThrows(InstallException.class, () -> installer().install(again))
                .getMessage()
                .contains("1".repeat(64)));

        // One without a digest, of other files, or no JSON at all: no checksum, and that is said.
        describe("other.zip", "sha256:" + "1".repeat(64));
        installer().install(again);
        server.put("/repos/releases/tags/v" + VERSION, new byte[] {'<'});
        installer().install(again);
        assertTrue(listener.getLast().contains("no published checksum"), listener.toString());
    }

    private void describe(String name, String digest) {
        server.put(
                "/repos/releases/tags/v" + VERSION,
                ("{\"assets\": [{\"name\": \"x\"}, {\"name\": \"" + name + "\", \"digest\": \"" + digest + "\"}]}")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void anArchiveOfSomethingElseIsRefused() throws Exception {
        server.put(PATH, Archives.sdk("5.1.0-jdk25", "opencl"));
        assertTrue(refused().contains("5.1.0-jdk25"));
        server.put(PATH, Archives.sdk(VERSION, "ptx"));
        assertTrue(refused().contains("with ptx where"));
        server.put(PATH, new Archives.Zip().file("a/x", "").file("b/x", "").done());
        assertTrue(refused().contains("side by side"));
        server.put(PATH, new Archives.Zip().file("a/x", "").done());
        assertTrue(refused().contains("tornado-argfile"));
        assertEquals(List.of(), contents());
    }

    @Test
    void aFileOnThisMachineWillDo() throws Exception {
        Path given = Files.write(folder.resolve("given.zip"), archive);
        SdkInstaller.Options options =
                new SdkInstaller.Options(null, Backend.OPENCL, null, null, given, sha256(archive), false);
        installer().install(options.request(LINUX));
        assertTrue(store.current().isPresent());
        assertTrue(Files.exists(given));
        SdkInstaller.Options absent =
                new SdkInstaller.Options(null, Backend.PTX, null, null, folder.resolve("absent.zip"), null, false);
        assertThrows(InvalidOptionException.class, () -> installer().install(absent.request(LINUX)));
    }

    @Test
    void twoAtOnceInstallOnce() throws Exception {
        Callable<SdkInstaller.Outcome> one = this::install;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int were = 0;
            for (var outcome : threads.invokeAll(List.of(one, one, one))) {
                were += outcome.get().wasThere() ? 1 : 0;
            }
            assertEquals(2, were);
        }
        assertEquals(1, server.asked.size());
        assertEquals(2, contents().size());
    }

    @Test
    void anotherProcessIsWaitedFor() throws Exception {
        Files.createDirectories(store.root());
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process other = new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        store.root().resolve(".lock").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals('!', other.getInputStream().read(), "it has the lock");
            Thread release = Thread.ofVirtual().start(() -> {
                while (listener.isEmpty()) {
                    Thread.onSpinWait();
                }
                other.destroyForcibly(); // a killed process keeps no lock
            });
            install();
            release.join();
            assertTrue(listener.getFirst().contains("waiting"), listener.toString());
        } finally {
            other.destroyForcibly();
        }
    }

    /** Holds a lock until it is killed. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] args) throws Exception {
            try (var file = java.nio.channels.FileChannel.open(
                            Path.of(args[0]),
                            java.nio.file.StandardOpenOption.CREATE,
                            java.nio.file.StandardOpenOption.WRITE);
                    var lock = file.lock()) {
                System.out.print(lock.isValid() ? '!' : '?');
                System.out.flush();
                Thread.sleep(Duration.ofMinutes(2));
            }
        }
    }

    @Test
    void whatAnInterruptedOneLeftIsClearedAway() throws Exception {
        install();
        Files.createDirectories(store.root().resolve(".unpacking-1/half"));
        Files.createDirectories(store.root().resolve(".removed-1/half"));
        // Stopped between the two steps of a replacement: the old one comes back.
        Files.move(store.root().resolve(Archives.NAME), store.root().resolve(".replaced-" + Archives.NAME));
        assertTrue(store.current().isEmpty());
        assertTrue(install().wasThere());
        assertEquals(2, contents().size());
    }

    @Test
    void aFolderThatCannotBeWrittenIsOneLine() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        store = new SdkStore(file.resolve("sdks"));
        String message = refused();
        assertTrue(message.contains("XDG_DATA_HOME") && message.contains(file.toString()), message);

        Path locked = Files.createDirectory(
                folder.resolve("locked"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        Assumptions.assumeFalse(Files.isWritable(locked), "the superuser may write everywhere");
        store = new SdkStore(locked.resolve("sdks"));
        assertTrue(refused().contains("XDG_DATA_HOME"));
    }

    @Test
    void systemsAndBackendsWithoutAnArchiveAreNamed() {
        SdkInstaller.Options spirv = options(Backend.SPIRV, null, false);
        assertTrue(assertThrows(InvalidOptionException.class, () -> spirv.request(new TargetSystem("mac", "aarch64")))
                .getMessage()
                .contains("opencl"));
        assertTrue(assertThrows(InstallException.class, () -> spirv.request(TargetSystem.of("Linux", "aarch64")))
                .getMessage()
                .contains("TORNADOVM_HOME"));
        assertEquals("windows-amd64", TargetSystem.of("Windows 11", "amd64").suffix());
        assertEquals("mac-aarch64", TargetSystem.of("Mac OS X", "aarch64").suffix());
        assertEquals("linux-amd64", TargetSystem.of("Linux", "amd64").suffix());
        assertEquals(
                URI.create("https://github.com/beehive-lab/TornadoVM/releases/download/v5.2.0-jdk25/"
                        + "tornadovm-5.2.0-jdk25-cuda-linux-amd64.zip"),
                new SdkRelease(VERSION, Backend.CUDA, LINUX).address(SdkInstaller.OFFICIAL));
    }

    @Test
    void whatNoReleaseHasIsRefusedInWords() {
        assertTrue(refused("6.0.0-jdk25", Backend.CUDA).contains("-jdk22plus"));
        assertTrue(refused("8.2.0-jdk21", Backend.OPENCL).contains("-jdk22plus"));
        for (Backend gone : new Backend[] {Backend.PTX, Backend.SPIRV}) {
            String message = refused("8.2.0-jdk22plus", gone);
            assertTrue(message.contains("no " + gone.id() + " backend from 6.0 on"), message);
            assertTrue(message.contains(VERSION), message);
            assertEquals(gone, new SdkRelease(VERSION, gone, LINUX).backend());
        }
        assertEquals(
                "tornadovm-8.2.0-jdk22plus-cuda-linux-amd64.zip",
                new SdkRelease("8.2.0-jdk22plus", Backend.CUDA, LINUX).archive());
    }

    private static String refused(String version, Backend backend) {
        return assertThrows(InvalidOptionException.class, () -> new SdkRelease(version, backend, LINUX))
                .getMessage();
    }

    @Test
    void optionsThatCannotBeRightAreRefused() {
        for (String version : new String[] {"5.2.0", "5.2.0-jdk21", "../x", "latest", ""}) {
            assertThrows(
                    InvalidOptionException.class,
                    () -> new SdkInstaller.Options(version, Backend.OPENCL, null, null, null, null, false)
                            .request(LINUX));
        }
        for (String url : new String[] {"ftp://x/y.zip", "x.zip", "https://", "http://a b/c", "file:///x.zip"}) {
            assertThrows(
                    InvalidOptionException.class,
                    () -> new SdkInstaller.Options(null, Backend.OPENCL, null, url, null, null, false).request(LINUX));
        }
        // Over the open network, unencrypted and without a checksum: nobody vouches for it.
        SdkInstaller.Request open = new SdkInstaller.Options(
                        null, Backend.OPENCL, null, "http://192.0.2.1/sdk.zip", null, null, false)
                .request(LINUX);
        assertTrue(assertThrows(InvalidOptionException.class, () -> installer().install(open))
                .getMessage()
                .contains("--sha256"));
    }

    @Test
    void removingTheOneInUseChoosesAnother() throws Exception {
        install();
        server.put("/v" + VERSION + "/tornadovm-" + VERSION + "-ptx-linux-amd64.zip", Archives.sdk(VERSION, "ptx"));
        installer().install(options(Backend.PTX, null, false).request(LINUX));
        store.remove("tornadovm-" + VERSION + "-ptx");
        assertEquals(List.of("opencl"), store.current().orElseThrow().backends());
        store.remove(Archives.NAME);
        assertTrue(store.current().isEmpty());
        assertEquals(List.of(), contents());
    }

    @Test
    void aChoiceThatLeadsElsewhereIsNone() throws Exception {
        install();
        for (String choice : new String[] {"../" + Archives.NAME, "/etc", "", "tornadovm-absent", "x".repeat(300)}) {
            Files.writeString(store.root().resolve("current"), choice);
            assertTrue(store.current().isEmpty(), choice);
        }
    }
}
