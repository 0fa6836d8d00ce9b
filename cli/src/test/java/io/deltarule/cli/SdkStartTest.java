package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The three ways to start inside a real TornadoVM: its own launcher, java with its argument file, and ./deltarule with
 * TORNADOVM_HOME. Each lists a real device and runs an operation on it that matches the golden output.
 */
@EnabledIfSystemProperty(named = "deltarule.test.sdk", matches = ".+")
class SdkStartTest {
    private static final Path SDK = Path.of(System.getProperty("deltarule.test.sdk", ""));

    private static final Path ROOT = Path.of("").toAbsolutePath().resolve("..").normalize();

    @TempDir
    Path folder;

    private Path jar;

    /** Stands for deltarule.jar, which is packed only after the tests: names the same classes. */
    @BeforeEach
    void jar() throws Exception {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Main.class.getName());
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        jar = folder.resolve("deltarule.jar");
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private String run(List<String> command) throws Exception {
        Path err = folder.resolve("err");
        // An empty folder: the launcher's module path begins with the one it is started in.
        Path empty = Files.createDirectories(folder.resolve("empty"));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(empty.toFile()).redirectError(err.toFile());
        builder.environment().put("TORNADOVM_HOME", SDK.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> command + out + err);
        return out;
    }

    private List<String> byArgumentFile(String args) {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "@" + System.getProperty("deltarule.test.argfile"),
                "-Dtornado.recover.bailout=False",
                "-jar",
                jar.toString()));
        command.addAll(List.of(args.split(" ", -1)));
        return command;
    }

    private List<String> byLauncher(String args) {
        return List.of(SDK.resolve("bin/tornado").toString(), "-jar", jar.toString(), "--params", args);
    }

    /** A copy of ./deltarule beside the jar, which finds it built and newer than its sources. */
    private List<String> byDeltarule(String args) {
        List<String> command = new ArrayList<>(List.of(project().toString()));
        command.addAll(List.of(args.split(" ", -1)));
        return command;
    }

    private Path project() {
        try {
            Path project = Files.createDirectories(folder.resolve("project"));
            Path launcher = project.resolve("deltarule");
            if (!Files.exists(launcher)) {
                Files.createDirectories(project.resolve(".mvn"));
                Files.copy(ROOT.resolve(".mvn/tools.sh"), project.resolve(".mvn/tools.sh"));
                Files.copy(ROOT.resolve("deltarule"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
                Path built = Files.createDirectories(project.resolve("cli/target"));
                Files.copy(jar, built.resolve("deltarule.jar"));
                for (Path source : List.of(project.resolve(".mvn/tools.sh"), project.resolve(".mvn"))) {
                    Files.setLastModifiedTime(source, FileTime.from(Instant.EPOCH));
                }
            }
            return launcher;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A way to start. */
    private interface Way {
        List<String> command(String args);
    }

    private void runsOnARealDevice(Way way) throws Exception {
        String out = run(way.command("devices --json"));
        JsonNode document = new ObjectMapper().readTree(out.substring(out.indexOf('{')));
        assertTrue(document.get("tornadovm").get("sdk").get("running").asBoolean(), out);
        String device = "";
        for (JsonNode engine : document.get("engines")) {
            if (engine.get("name").asText().equals("tornado")) {
                device = engine.get("devices").get(0).get("id").asText();
            }
        }
        assertTrue(device.matches("[a-z]+:[0-9]+:[0-9]+"), "a real device and not '" + device + "'");

        Path input = golden("kda.in.safetensors");
        Path output = folder.resolve("out.safetensors");
        run(way.command("op --input " + input + " --output " + output + " --engine tornado --device " + device));
        run(List.of(
                java(),
                "--add-modules=jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "compare",
                golden("kda.out.safetensors").toString(),
                output.toString()));
    }

    private Path golden(String name) throws Exception {
        Path copy = folder.resolve(name);
        try (InputStream in = SdkStartTest.class.getResourceAsStream("/golden/" + name)) {
            Files.write(copy, in.readAllBytes());
        }
        return copy;
    }

    @Test
    void javaWithTheArgumentFile() throws Exception {
        runsOnARealDevice(this::byArgumentFile);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell and POSIX file permissions")
    void deltaruleWithTornadoVmHome() throws Exception {
        runsOnARealDevice(this::byDeltarule);
    }

    @Test
    void theLauncherOfTornadoVm() throws Exception {
        runsOnARealDevice(this::byLauncher);
    }
}
