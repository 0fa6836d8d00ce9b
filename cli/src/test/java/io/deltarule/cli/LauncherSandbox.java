package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
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
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A copy of the project's skeleton in which the launcher runs as a process; a stand-in for Maven "builds" a small jar. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell and POSIX file permissions")
@Tag(TestScope.THOROUGH)
abstract class LauncherSandbox {
    private static final Path ROOT = Path.of("").toAbsolutePath().resolve("..").normalize();

    @TempDir
    Path folder;

    Path project;
    Path elsewhere;

    /** What the launcher starts: says how it was started. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) {
            StandardError.restore();
            System.out.println("args " + String.join("|", args));
            System.out.println("text " + System.getenv("PROBE_TEXT"));
            if (args.length > 0 && Files.isRegularFile(Path.of(args[0]))) {
                System.out.println("file " + read(args[0]));
            }
            System.out.println("folder " + Path.of("").toAbsolutePath());
            System.out.println("vector "
                    + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
            System.out.println("bailout " + System.getProperty("tornado.recover.bailout"));
            System.out.println("sdk " + System.getProperty("probe.sdk"));
            System.out.println("problem " + System.getProperty("io.deltarule.tornado.problem"));
            System.out.println("found " + System.getProperty("io.deltarule.tornado.found"));
            System.out.println("argfile " + System.getProperty("io.deltarule.tornado.argfile"));
            System.out.println("home " + System.getenv("TORNADOVM_HOME"));
            System.err.println("to standard error");
            System.exit(args.length > 0 && args[0].equals("fail") ? 7 : 0);
        }

        private static String read(String file) {
            try {
                return Files.readString(Path.of(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    record Outcome(int code, String out, String err) {
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
    void age() throws IOException {
        try (var files = Files.walk(project)) {
            for (Path path : files.toList()) {
                Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(60)));
            }
        }
    }

    void maven(String script) throws IOException {
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

    Process start(Map<String, String> more, String... args) throws IOException {
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

    static Outcome finish(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "ends");
        return new Outcome(process.exitValue(), out, err);
    }

    Outcome run(String... args) throws Exception {
        return finish(start(Map.of(), args));
    }
}
