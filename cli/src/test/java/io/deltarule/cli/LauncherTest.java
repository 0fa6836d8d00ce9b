package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as a process, in a copy of the project's skeleton where a stand-in for Maven "builds" a small jar. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell and POSIX file permissions")
@Tag(TestScope.THOROUGH)
class LauncherTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().resolve("..").normalize();

    @TempDir
    Path folder;

    private Path project;
    private Path elsewhere;

    /** What the launcher starts: says how it was started. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) {
            StandardError.restore();
            System.out.println("args " + String.join("|", args));
            System.out.println("folder " + Path.of("").toAbsolutePath());
            System.out.println("vector "
                    + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
            System.out.println("bailout " + System.getProperty("tornado.recover.bailout"));
            System.out.println("sdk " + System.getProperty("probe.sdk"));
            System.out.println("problem " + System.getProperty("io.deltarule.tornado.problem"));
            System.out.println("found " + System.getProperty("io.deltarule.tornado.found"));
            System.out.println("home " + System.getenv("TORNADOVM_HOME"));
            System.err.println("to standard error");
            System.exit(args.length > 0 && args[0].equals("fail") ? 7 : 0);
        }
    }

    private record Outcome(int code, String out, String err) {
        long builds() {
            return err.lines().filter(l -> l.contains("building (")).count();
        }
    }

    @BeforeEach
    void skeleton() throws IOException {
        project = Files.createDirectories(folder.resolve("the project"));
        elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.createDirectories(project.resolve(".mvn"));
        Files.createDirectories(project.resolve("core/src/main/java"));
        Files.createDirectories(project.resolve("cli/target"));
        Files.copy(ROOT.resolve(".mvn/tools.sh"), project.resolve(".mvn/tools.sh"));
        Files.copy(
                ROOT.resolve("deltarule"),
                project.resolve("deltarule"),
                java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Files.writeString(project.resolve("core/pom.xml"), "<project/>");
        Files.writeString(project.resolve("core/src/main/java/A.java"), "class A {}");
        Files.writeString(project.resolve("core/src/main/java/B.java"), "class B {}");
        probeJar(folder.resolve("probe.jar"));
        maven("echo '[INFO] Building deltarule: the mathematics 0.1 [2/6]'; sleep ${PROBE_SLEEP:-0}; cp '"
                + folder.resolve("probe.jar") + "' '" + project.resolve("cli/target/deltarule.jar") + "'");
        age();
    }

    /** Makes everything older than what a build makes now. */
    private void age() throws IOException {
        try (var files = Files.walk(project)) {
            for (Path path : files.toList()) {
                Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(60)));
            }
        }
    }

    private void maven(String script) throws IOException {
        Path mvnw = Files.writeString(project.resolve("mvnw"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(mvnw, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void probeJar(Path path) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Probe.class.getName());
        try (OutputStream file = Files.newOutputStream(path);
                JarOutputStream jar = new JarOutputStream(file, manifest)) {
            for (Class<?> type : List.of(Probe.class, StandardError.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new ZipEntry(name));
                try (var in = type.getClassLoader().getResourceAsStream(name)) {
                    in.transferTo(jar);
                }
            }
        }
    }

    private Process start(Map<String, String> more, String... args) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(project.resolve("deltarule").toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(elsewhere.toFile());
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .removeIf(k -> k.startsWith("TORNADO") || k.startsWith("DELTARULE") || k.equals("XDG_DATA_HOME"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("HOME", folder.toString());
        environment.putAll(more);
        return builder.start();
    }

    private static Outcome finish(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "ends");
        return new Outcome(process.exitValue(), out, err);
    }

    private Outcome run(String... args) throws Exception {
        return finish(start(Map.of(), args));
    }

    @Test
    void buildsOnceAndPassesEverythingOn() throws Exception {
        // Long enough for its progress to be seen.
        Outcome first = finish(start(Map.of("PROBE_SLEEP", "1.2"), "op", "two words", "$HOME"));
        assertEquals(0, first.code(), first.err());
        assertEquals(1, first.builds());
        assertTrue(first.err().contains("[2/6] the mathematics"), first.err());
        assertTrue(first.out().contains("args op|two words|$HOME"), first.out());
        assertTrue(first.out().contains("folder " + elsewhere.toRealPath()), first.out());
        assertTrue(first.out().contains("vector true"), first.out());

        Outcome second = run("fail");
        assertEquals(7, second.code());
        // Nothing about incubator modules, nothing of the build.
        assertEquals("to standard error", second.err().strip());
    }

    @Test
    void lettersArriveWhereNoLanguageIsSet() throws Exception {
        assumeTrue(System.getProperty("sun.jnu.encoding", "").equals("UTF-8"), "this test can pass them on");
        for (String none : new String[] {"C", "POSIX", ""}) {
            Outcome outcome = finish(start(Map.of("LC_ALL", none, "LC_CTYPE", "", "LANG", ""), "Grüße, 你好"));
            assertTrue(outcome.out().contains("args Grüße, 你好"), outcome.out());
        }
    }

    @Test
    void rebuildsWhenSourcesChangeOrVanish() throws Exception {
        assertEquals(1, run().builds());
        assertEquals(0, run().builds());
        Files.writeString(project.resolve("core/src/main/java/A.java"), "class A { int x; }");
        assertEquals(1, run().builds(), "after an edit");
        assertEquals(0, run().builds());
        TimeUnit.MILLISECONDS.sleep(20);
        Files.delete(project.resolve("core/src/main/java/B.java"));
        assertEquals(1, run().builds(), "after a deletion");
        TimeUnit.MILLISECONDS.sleep(20);
        Files.writeString(project.resolve("core/pom.xml"), "<project> </project>");
        assertEquals(1, run().builds(), "after an edit of a pom");
        assertEquals(0, run().builds());
    }

    /** Built with their profile and on the class path where bench asks for them, and otherwise not at all. */
    @Test
    void peersAreBuiltAndAddedOnlyWhereAskedFor() throws Exception {
        Path source = Files.writeString(
                folder.resolve("Main.java"),
                "package io.deltarule.cli; public class Main { public static void main(String[] args) {"
                        + " System.out.println(String.join(\" \", args) + \"@\""
                        + " + System.getProperty(\"java.class.path\")); } }");
        Path classes = folder.resolve("classes");
        assertEquals(
                0,
                javax.tools.ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", classes.toString(), source.toString()));
        Path target = project.resolve("peer-torch/target");
        maven("echo \"$*\" >> '" + folder.resolve("asked") + "'; cp '" + folder.resolve("probe.jar") + "' '"
                + project.resolve("cli/target/deltarule.jar") + "'; case $* in *-Ppeers*) mkdir -p '" + target
                + "'; touch '" + target + "/peer-torch.jar'; printf %s '" + classes + "' > '" + target
                + "/class-path';; esac");
        Outcome plain = run("op", "--peers");
        assertTrue(plain.out().contains("args op|--peers"), plain.out());
        Outcome first = run("bench", "--peers");
        assertEquals(0, first.code(), first.err());
        assertEquals(1, first.builds(), "the peer is not built yet");
        assertTrue(first.out().startsWith("bench --peers@"), first.out());
        assertTrue(first.out().contains("/cli/target/deltarule.jar:"), first.out());
        assertTrue(first.out().strip().endsWith("/peer-torch/target/peer-torch.jar:" + classes), first.out());
        assertEquals(0, run("bench", "--peers").builds());
        List<String> asked = Files.readAllLines(folder.resolve("asked"));
        assertEquals(2, asked.size());
        assertFalse(asked.getFirst().contains("peers"), asked.getFirst());
        assertTrue(asked.getLast().contains("-Ppeers -pl cli,peer-torch -am package"), asked.getLast());
    }

    @Test
    void twoFirstRunsBuildOnce() throws Exception {
        Process one = start(Map.of(), "one");
        Process two = start(Map.of(), "two");
        Outcome first = finish(one);
        Outcome second = finish(two);
        assertEquals(0, first.code(), first.err());
        assertEquals(0, second.code(), second.err());
        assertEquals(1, first.builds() + second.builds());
        assertFalse(Files.isSymbolicLink(project.resolve(".deltarule/build.lock")));
    }

    @Test
    void aLockWhoseOwnerDiedDoesNotBlock() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Files.createDirectories(project.resolve(".deltarule"));
        Files.createSymbolicLink(project.resolve(".deltarule/build.lock"), Path.of(Long.toString(dead.pid())));
        assertEquals(0, run().code());
    }

    @Test
    void aFailedBuildShowsWhyAndStartsNothing() throws Exception {
        maven("echo '[INFO] noise'; echo '[ERROR] core/src/main/java/A.java:[1,2] cannot find symbol'; exit 1");
        Outcome outcome = run("op");
        assertEquals(70, outcome.code());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().contains("A.java:[1,2] cannot find symbol"), outcome.err());
        assertFalse(outcome.err().contains("noise"), outcome.err());
        assertEquals(1, run("op").builds(), "tries again");
    }

    @Test
    void startsInsideTornadoUnlessTheEmulatorIsAskedFor() throws Exception {
        Path sdk = Files.createDirectories(folder.resolve("sdk"));
        // A module path that begins with the caller's folder, as the SDK's own generator writes it.
        Files.writeString(
                sdk.resolve("tornado-argfile"), "-Dprobe.sdk=yes\n--module-path .:" + sdk.resolve("modules") + "\n");
        Files.createDirectories(sdk.resolve("modules"));
        Files.writeString(elsewhere.resolve("not-a-module.jar"), "would stop java if it were on the module path");
        Map<String, String> environment = Map.of("TORNADOVM_HOME", sdk.toString());

        Outcome inside = finish(start(environment, "op"));
        assertEquals(0, inside.code(), inside.err());
        assertTrue(inside.out().contains("sdk yes"), inside.out());
        assertTrue(inside.out().contains("bailout False"), inside.out());
        assertTrue(
                finish(start(environment, "op", "--device", "emulator")).out().contains("sdk null"));
        assertTrue(finish(start(environment, "op", "--device=emulator")).out().contains("sdk null"));
    }

    @Test
    void aTornadoThatCannotServeIsNamedWithItsCure() throws Exception {
        Outcome missing = finish(start(Map.of("TORNADOVM_HOME", elsewhere.toString()), "op"));
        assertEquals(3, missing.code());
        assertTrue(missing.err().contains("TORNADOVM_HOME"), missing.err());

        Path sdk = Files.createDirectories(folder.resolve("sdk"));
        Files.writeString(sdk.resolve("tornado-argfile"), "--add-modules tornado.absent\n");
        Outcome broken = finish(start(Map.of("TORNADOVM_HOME", sdk.toString()), "op"));
        assertEquals(3, broken.code());
        assertTrue(broken.err().contains("tornado.absent"), broken.err());
        assertTrue(broken.err().contains("5.2.0-jdk25"), broken.err());
    }

    /** Java's own complaint would end it with 1, which means something else, and without a cure. */
    @Test
    void anSdkThatLosesItsModulesLaterIsNamedWithItsCure() throws Exception {
        Path sdk = sdk("my data/deltarule/tornadovm/tornadovm-5.2.0-jdk25-opencl", "installed:");
        Files.writeString(sdk.resolveSibling("current"), "tornadovm-5.2.0-jdk25-opencl\n");
        Path modules = Files.createDirectories(sdk.resolve("share/java/tornado"));
        Files.writeString(sdk.resolve("tornado-argfile.template"), """
                --module-path .:${TORNADOVM_HOME}/share/java/tornado
                --add-modules tornado.runtime
                """);
        for (String name : new String[] {"runtime", "drivers-common", "drivers-probe", "drivers-probe-jni"}) {
            try (OutputStream jar = Files.newOutputStream(modules.resolve("tornado-" + name + "-5.2.0.jar"))) {
                new JarOutputStream(jar, new Manifest()).close();
            }
        }
        Map<String, String> environment =
                Map.of("XDG_DATA_HOME", folder.resolve("my data").toString());
        assertEquals(0, finish(start(environment, "op")).code());
        assertTrue(
                Files.readString(argumentFiles().getFirst())
                        .endsWith("\n--enable-native-access=tornado.drivers.probe\n"),
                "its driver, and no module that is none");

        TimeUnit.MILLISECONDS.sleep(20);
        Files.delete(modules.resolve("tornado-runtime-5.2.0.jar"));
        Outcome outcome = finish(start(environment, "op"));
        assertEquals(3, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains("tornado.runtime"), outcome.err());
        assertTrue(outcome.err().contains("./deltarule tornado install --force"), outcome.err());
    }

    /** Of two that run at a time neither may start on the other's. */
    @Test
    void everySdkHasAnArgumentFileOfItsOwn() throws Exception {
        for (String name : new String[] {"one", "another"}) {
            Map<String, String> environment =
                    Map.of("TORNADOVM_HOME", sdk(name, name + ":").toString());
            Outcome outcome = finish(start(environment, "op"));
            assertEquals(0, outcome.code(), outcome.err());
            assertTrue(outcome.out().contains("sdk " + name + ":"), outcome.out());
        }
        assertEquals(2, argumentFiles().size());
    }

    private List<Path> argumentFiles() throws IOException {
        try (Stream<Path> files = Files.list(project.resolve(".deltarule"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("tornado-argfile"))
                    .toList();
        }
    }

    /** Services and containers may have none. */
    @Test
    void withoutAHome() throws Exception {
        Process process = new ProcessBuilder(
                        "env", "-u", "HOME", project.resolve("deltarule").toString(), "op")
                .directory(elsewhere.toFile())
                .start();
        Outcome outcome = finish(process);
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("args op"), outcome.out());
    }

    /** As a release comes: without an expanded argument file. */
    private Path sdk(String path, String mark) throws IOException {
        Path sdk = Files.createDirectories(folder.resolve(path));
        Files.createDirectories(sdk.resolve("share"));
        Files.writeString(
                sdk.resolve("tornado-argfile.template"),
                "# ${TORNADOVM_HOME}\n-Dprobe.sdk=" + mark
                        + "${TORNADOVM_HOME}\n\n--module-path .:${TORNADOVM_HOME}/share\n");
        return sdk;
    }

    @Test
    void anInstalledSdkIsUsedFromThenOn() throws Exception {
        Path sdk = sdk("my data/deltarule/tornadovm/tornadovm-5.2.0-jdk25-opencl", "installed:");
        Files.writeString(sdk.resolveSibling("current"), "tornadovm-5.2.0-jdk25-opencl\n");
        Files.writeString(elsewhere.resolve("not-a-module.jar"), "would stop java if it were on the module path");
        Map<String, String> environment =
                Map.of("XDG_DATA_HOME", folder.resolve("my data").toString());

        Outcome installed = finish(start(environment, "op"));
        assertEquals(0, installed.code(), installed.err());
        assertTrue(installed.out().contains("sdk installed:" + sdk), installed.out());
        assertTrue(installed.out().contains("found deltarule tornado install"), installed.out());
        assertTrue(installed.out().contains("home " + sdk), installed.out());

        // What is named comes first; what merely lies around comes last.
        Path named = sdk("named", "named:");
        Outcome first = finish(start(
                Map.of("XDG_DATA_HOME", folder.resolve("my data").toString(), "TORNADOVM_HOME", named.toString()),
                "op"));
        assertTrue(first.out().contains("sdk named:" + named), first.out());
        assertTrue(first.out().contains("found TORNADOVM_HOME"), first.out());

        Path around = sdk(".sdkman/candidates/tornadovm/current", "sdkman:");
        assertTrue(finish(start(environment, "op")).out().contains("sdk installed:"));
        Files.delete(sdk.resolveSibling("current"));
        Outcome last = finish(start(environment, "op"));
        assertTrue(last.out().contains("sdk sdkman:" + around), last.out());
        assertTrue(last.out().contains("found SDKMAN"), last.out());
    }

    @Test
    void aChoiceThatLeadsElsewhereIsNotFollowed() throws Exception {
        sdk("my data/elsewhere", "elsewhere:");
        Path store = Files.createDirectories(folder.resolve("my data/deltarule/tornadovm"));
        for (String choice : new String[] {"../../elsewhere", "", "tornadovm-absent", "tornadovm-/../../elsewhere"}) {
            Files.writeString(store.resolve("current"), choice);
            Outcome outcome = finish(
                    start(Map.of("XDG_DATA_HOME", folder.resolve("my data").toString()), "op"));
            assertEquals(0, outcome.code(), outcome.err());
            assertTrue(outcome.out().contains("sdk null"), outcome.out());
        }
    }

    @Test
    void whatIsWrongWithTheSdkIsToldToTheCommandsThatExplainOrMendIt() throws Exception {
        Map<String, String> nothing = Map.of("TORNADOVM_HOME", elsewhere.toString());
        for (String command : new String[] {"devices", "tornado"}) {
            Outcome outcome = finish(start(nothing, "--debug", command));
            assertEquals(0, outcome.code(), outcome.err());
            assertTrue(outcome.out().contains("problem TORNADOVM_HOME=" + elsewhere), outcome.out());
        }
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(broken.resolve("tornado-argfile"), "--add-modules tornado.absent\n");
        Map<String, String> environment = Map.of("TORNADOVM_HOME", broken.toString());
        Outcome devices = finish(start(environment, "devices"));
        assertEquals(0, devices.code(), devices.err());
        assertTrue(devices.out().contains("tornado.absent"), devices.out());
        // Installing never starts inside an SDK, so that one that does not start can be replaced.
        Outcome install = finish(start(environment, "tornado", "install"));
        assertTrue(install.out().contains("problem \n"), install.out());
    }
}
