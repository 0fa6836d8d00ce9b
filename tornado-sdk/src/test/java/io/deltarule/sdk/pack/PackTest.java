package io.deltarule.sdk.pack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstallListener;
import io.deltarule.sdk.InstalledSdk;
import io.deltarule.sdk.archive.Unpacker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The archive, and a run on another machine, which is a shell in a folder of its own. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell, links and permissions")
class PackTest {
    @TempDir
    Path folder;

    private Path program;
    private Path java;
    private Path there;

    @BeforeEach
    void parts() throws IOException {
        program = Files.createDirectories(folder.resolve("program"));
        Files.createDirectories(program.resolve(".mvn"));
        Files.createDirectories(program.resolve("cli/target"));
        Files.writeString(program.resolve(".mvn/tools.sh"), "tools");
        Files.writeString(program.resolve("cli/target/deltarule.jar"), "jar");
        java = Files.createDirectories(folder.resolve("image"));
        Files.writeString(java.resolve("release"), "JAVA_VERSION=25");
        there = Files.createDirectories(folder.resolve("there"));
        launcher("mkdir report && printf '%s|' \"$@\" >report/results.json && exit 1");
    }

    private void launcher(String script) throws IOException {
        Path launcher = Files.writeString(program.resolve("deltarule"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private InstalledSdk sdk() throws IOException {
        Path sdk = Files.createDirectories(folder.resolve("sdk"));
        Files.createDirectories(sdk.resolve("lib"));
        Files.writeString(sdk.resolve("lib/real.so"), "library");
        Files.createSymbolicLink(sdk.resolve("lib/link.so"), Path.of("real.so"));
        Files.writeString(folder.resolve("elsewhere.so"), "from elsewhere");
        Files.createSymbolicLink(sdk.resolve("lib/out.so"), folder.resolve("elsewhere.so"));
        Files.writeString(sdk.resolve(InstalledSdk.ARGFILE), "of this machine");
        Files.writeString(sdk.resolve(InstalledSdk.TEMPLATE), "of any");
        return InstalledSdk.read(sdk).orElseThrow();
    }

    private Path pack(PackContents contents) throws IOException {
        Path archive = folder.resolve("pack.tar.gz");
        PackWriter.writeTar(contents, java, archive, InstallListener.SILENT);
        return archive;
    }

    private Path unpacked(Path archive) throws IOException {
        Path into = Files.createDirectory(folder.resolve("unpacked"));
        Unpacker.unpack(archive, into, Unpacker.Limits.SDK, bytes -> {});
        return into.resolve(PackWriter.FOLDER);
    }

    @Test
    void holdsWhatIsNeededAndNothingOfThisMachine() throws IOException {
        Path loader = Files.writeString(folder.resolve("libOpenCL.so.1"), "loader");
        Path all = unpacked(pack(new PackContents(program, Optional.of(sdk()), List.of(loader))));
        assertTrue(Files.isExecutable(all.resolve("deltarule")));
        assertEquals("jar", Files.readString(all.resolve("cli/target/deltarule.jar")));
        assertEquals("tools", Files.readString(all.resolve(".mvn/tools.sh")));
        assertEquals("JAVA_VERSION=25", Files.readString(all.resolve("java/release")));
        assertEquals("loader", Files.readString(all.resolve("lib/libOpenCL.so.1")));
        assertEquals("of any", Files.readString(all.resolve("tornadovm/" + InstalledSdk.TEMPLATE)));
        assertFalse(Files.exists(all.resolve("tornadovm/" + InstalledSdk.ARGFILE)));
        assertTrue(Files.isSymbolicLink(all.resolve("tornadovm/lib/link.so")));
        assertEquals("library", Files.readString(all.resolve("tornadovm/lib/link.so")));
        assertFalse(Files.isSymbolicLink(all.resolve("tornadovm/lib/out.so")));
        assertEquals("from elsewhere", Files.readString(all.resolve("tornadovm/lib/out.so")));
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        Files.delete(program.resolve("cli/target/deltarule.jar"));
        assertTrue(refused(() -> new PackContents(program, Optional.empty(), List.of()))
                .contains("cli/target/deltarule.jar"));
        Files.writeString(program.resolve("cli/target/deltarule.jar"), "jar");
        assertTrue(refused(() -> new PackContents(program, Optional.empty(), List.of(folder.resolve("none.so"))))
                .contains("none.so"));
        InstalledSdk sdk = sdk();
        Files.delete(sdk.folder().resolve(InstalledSdk.TEMPLATE));
        assertTrue(refused(() -> new PackContents(program, Optional.of(sdk), List.of()))
                .contains(InstalledSdk.TEMPLATE));
    }

    /** A Java of one module, which takes a second; the modules of the real one are those of this JVM less some tools. */
    @Test
    void aJavaOfItsOwnStarts() throws Exception {
        Path image = folder.resolve("made");
        JavaImage.link(List.of("java.base"), image);
        Process process = new ProcessBuilder(image.resolve("bin/java").toString(), "--list-modules")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.startsWith("java.base@"), said);
        List<String> all = JavaImage.modules();
        assertTrue(all.containsAll(List.of("java.base", "jdk.incubator.vector", "jdk.unsupported", "java.desktop")));
        assertFalse(all.contains("jdk.compiler"));
        assertTrue(refused(() -> JavaImage.link(List.of("no.such.module"), folder.resolve("other")))
                .contains("no.such.module"));
    }

    private OtherMachine machine() {
        return new OtherMachine(List.of("env", "-C", there.toString(), "sh", "-c"));
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> all = Files.list(there)) {
            return all.toList();
        }
    }

    @Test
    void aRunElsewhereBringsItsReportBackAndClearsUp() throws IOException {
        Path pack = pack(new PackContents(program, Optional.empty(), List.of()));
        Path report = folder.resolve("report");
        List<String> arguments = List.of("--suite", "quick", "it's $HOME");
        assertEquals(1, machine().bench(pack, arguments, report, false, InstallListener.SILENT));
        assertEquals(
                "bench|--output|report|--suite|quick|it's $HOME|", Files.readString(report.resolve("results.json")));
        assertEquals(List.of(), left());
        assertTrue(refused(() -> machine().bench(pack, List.of(), report, false, InstallListener.SILENT))
                .contains("--output"));
        assertEquals(1, machine().bench(pack, List.of(), folder.resolve("again"), true, InstallListener.SILENT));
        assertEquals(1, left().size());
    }

    @Test
    void withoutAReportNothingAppearsHere() throws IOException {
        launcher("exit 3");
        Path pack = pack(new PackContents(program, Optional.empty(), List.of()));
        Path report = folder.resolve("report");
        assertTrue(refused(() -> machine().bench(pack, List.of(), report, false, InstallListener.SILENT))
                .contains("pack its report"));
        assertFalse(Files.exists(report));
        assertEquals(List.of(), left());
        Path damaged = Files.writeString(folder.resolve("damaged"), "no archive");
        assertTrue(refused(() -> machine().bench(damaged, List.of(), report, false, InstallListener.SILENT))
                .contains("unpack"));
        assertEquals(List.of(), left());
        assertTrue(
                refused(() -> machine().bench(folder.resolve("none"), List.of(), report, false, InstallListener.SILENT))
                        .contains("--pack"));
        assertTrue(refused(() -> OtherMachine.byName("-oProxyCommand=x")).contains("HOST"));
    }

    private static String refused(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(InstallException.class, action).getMessage();
    }
}
