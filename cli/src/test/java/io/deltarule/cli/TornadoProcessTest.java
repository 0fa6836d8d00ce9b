package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.sdk.Backend;
import io.deltarule.sdk.SdkRelease;
import io.deltarule.sdk.TargetSystem;
import io.deltarule.sdk.archive.Archives;
import io.deltarule.sdk.download.ScriptedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The commands {@code tornado} and {@code devices} as processes with an environment of their own. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell and POSIX file permissions")
@Tag(TestScope.THOROUGH)
class TornadoProcessTest {
    private static final String VERSION = "5.2.0-jdk25";

    @TempDir
    Path folder;

    private ScriptedServer server;
    private String path;

    private record Run(int code, String out, String err) {}

    @BeforeEach
    void begin() throws Exception {
        TargetSystem system = TargetSystem.current();
        Assumptions.assumeTrue(system.offered().contains(Backend.OPENCL), "releases have an archive for " + system);
        server = new ScriptedServer();
        path = "/v" + VERSION + "/" + new SdkRelease(VERSION, Backend.OPENCL, system).archive();
        server.put(path, Archives.sdk(VERSION, "opencl"));
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private Run run(String... args) throws Exception {
        return runTold("", args);
    }

    /** As the launcher starts it where it found something wrong with an SDK. */
    private Run runTold(String problem, String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dio.deltarule.tornado.problem=" + problem,
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .removeIf(k -> k.startsWith("TORNADO")
                        || k.startsWith("DELTARULE")
                        || k.endsWith("_OPTIONS")); // java tells of those that it picks up
        environment.put("XDG_DATA_HOME", folder.resolve("data").toString());
        environment.put("XDG_STATE_HOME", folder.toString());
        environment.put("HOME", folder.toString());
        environment.put("DELTARULE_TORNADO_MIRROR", server.address("").toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), out, Files.readString(err));
    }

    private JsonNode devices() throws Exception {
        Run run = run("devices", "--json");
        assertEquals(0, run.code(), run.err());
        return new ObjectMapper().readTree(run.out()).get("tornadovm");
    }

    @Test
    void installListRemove() throws Exception {
        assertTrue(devices().get("sdk").isNull());
        assertTrue(run("tornado", "list").out().startsWith("none installed"));

        Run install = run("tornado", "install", "--backend", "opencl");
        assertEquals(0, install.code(), install.err());
        Path home = folder.resolve("data/deltarule/tornadovm").resolve(Archives.NAME);
        assertTrue(
                install.out().contains("installed: TornadoVM " + VERSION + " with opencl in " + home), install.out());
        assertFalse(install.err().contains("\r"), "progress only on a terminal");
        String again = run("tornado", "install", "--backend", "opencl").out();
        assertTrue(again.startsWith("already installed") && again.contains("; --force replaces it"), again);
        assertTrue(run("tornado", "list").out().startsWith("* " + Archives.NAME));

        JsonNode tornado = devices();
        assertEquals(home.toString(), tornado.get("sdk").get("folder").asText());
        assertEquals("opencl", tornado.get("sdk").get("backends").get(0).asText());
        assertFalse(tornado.get("sdk").get("running").asBoolean());
        assertTrue(tornado.get("hints").get(0).asText().contains("java @" + home), tornado.toString());

        assertEquals(0, run("tornado", "remove", Archives.NAME).code());
        assertTrue(devices().get("sdk").isNull());
        assertEquals(2, run("tornado", "remove", Archives.NAME).code());
        assertEquals(2, run("tornado", "remove", "../data").code());
        assertTrue(Files.exists(folder.resolve("data")));
    }

    @Test
    void failuresAreOneLineAndAnExitCode() throws Exception {
        server.put(path, new byte[] {'P', 'K', 3, 4});
        assertFailure(3, "intact", run("tornado", "install", "--backend", "opencl"));
        server.put(path, Archives.sdk(VERSION, "opencl"));
        assertFailure(2, "--backend", run("tornado", "install", "--backend", "vulkan"));
        assertFailure(2, "--release", run("tornado", "install", "--backend", "opencl", "--release", "5.2.0"));
        assertFailure(3, "SHA-256", run("tornado", "install", "--backend", "opencl", "--sha256", "0".repeat(64)));
        assertFailure(
                3,
                "404",
                run(
                        "tornado",
                        "install",
                        "--backend",
                        "opencl",
                        "--url",
                        server.address("/no").toString()));
        server.close();
        Run offline = run("tornado", "install", "--backend", "opencl");
        assertFailure(3, "no connection", offline);
        server = null;
        try (Stream<Path> store = Files.list(folder.resolve("data/deltarule/tornadovm"))) {
            assertEquals(
                    List.of(".downloads", ".lock"),
                    store.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void aGivenArchiveIsNamedAndItsOriginLeftToTheUser() throws Exception {
        Path archive = folder.resolve("sdk.zip");
        Files.write(archive, new byte[] {'P', 'K', 3, 4});
        Run damaged = run("tornado", "install", "--backend", "opencl", "--archive", archive.toString());
        assertEquals(3, damaged.code());
        assertTrue(damaged.err().contains("archive " + archive + ": expected an intact"), damaged.err());
        Files.write(archive, Archives.sdk(VERSION, "opencl"));
        Run good = run("tornado", "install", "--backend", "opencl", "--archive", archive.toString());
        assertEquals(0, good.code(), good.err());
        assertTrue(good.err().contains("no --sha256 was given: of " + archive), good.err());
        assertTrue(run("tornado", "instal").err().contains("expected one of install, list, remove but found 'instal'"));
    }

    /** Only what asks for TornadoVM fails by it, and with its cure. */
    @Test
    void anSdkThatDoesNotStartConcernsTheEngineTornadoAlone() throws Exception {
        String problem = "the TornadoVM SDK in x does not start: ./deltarule tornado install fetches another";
        String input = CliRun.golden("kda.in.safetensors", folder).toString();
        String output = folder.resolve("out").toString();
        Run automatic = runTold(problem, "op", "--input", input, "--output", output);
        assertEquals(0, automatic.code(), automatic.err());
        assertTrue(automatic.err().contains("engine auto takes cpu, not tornado: " + problem), automatic.err());
        Run again = runTold(problem, "op", "--input", input, "--output", output);
        assertFalse(again.err().contains("engine auto"), "said once: " + again.err());

        for (String[] asked : new String[][] {{"--engine", "tornado"}, {"--device", "opencl:0:0"}}) {
            Run named = runTold(problem, "op", "--input", input, "--output", output, asked[0], asked[1]);
            assertFailure(3, problem, named);
        }
        Run devices = runTold(problem, "devices");
        assertEquals(0, devices.code(), devices.err());
        assertTrue(devices.out().contains("cannot run here: " + problem), devices.out());
    }

    private static void assertFailure(int code, String part, Run run) throws IOException {
        assertEquals(code, run.code(), run.err());
        List<String> lines = run.err()
                .lines()
                .filter(l -> !l.startsWith("WARNING: Using incubator modules"))
                .filter(l -> !l.startsWith("deltarule: downloading"))
                .filter(l -> !l.startsWith("deltarule: no published checksum"))
                .toList();
        assertEquals(1, lines.size(), run.err());
        assertTrue(lines.getFirst().contains(part), run.err());
    }
}
