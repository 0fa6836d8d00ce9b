package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The launcher and TornadoVM's SDKs: which one it starts the program in, and what it says of those that cannot serve. */
class LauncherSdkTest extends LauncherSandbox {
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

    /** What is wrong with an SDK ends no command: the program is told, and says so to whoever asks for the engine tornado. */
    @Test
    void aTornadoThatCannotServeIsTold() throws Exception {
        Outcome missing = finish(start(Map.of("TORNADOVM_HOME", elsewhere.toString()), "op"));
        assertEquals(0, missing.code(), missing.err());
        assertTrue(missing.out().contains("problem TORNADOVM_HOME=" + elsewhere), missing.out());
        assertTrue(missing.out().contains("home " + elsewhere), "as the user set it: " + missing.out());

        Path named = broken("sdk");
        Outcome broken = finish(start(Map.of("TORNADOVM_HOME", named.toString()), "op"));
        assertEquals(0, broken.code(), broken.err());
        assertTrue(broken.out().contains("tornado.absent"), broken.out());
        assertTrue(broken.out().contains("point TORNADOVM_HOME at a 5.2.0-jdk25 SDK"), broken.out());

        broken(".sdkman/candidates/tornadovm/current");
        Outcome around = finish(start(Map.of(), "op"));
        assertEquals(0, around.code(), around.err());
        assertTrue(around.out().contains("(found through SDKMAN) does not start"), around.out());
        assertTrue(around.out().contains("./deltarule tornado install fetches 5.2.0-jdk25"), around.out());
        assertFalse(around.out().contains("unset TORNADOVM_HOME"), "which is not set: " + around.out());
    }

    /** These ask nothing of TornadoVM, and do not even look for it. */
    @Test
    void commandsThatNeedNoTornadoStartWithoutIt() throws Exception {
        Map<String, String> broken = Map.of("TORNADOVM_HOME", broken("sdk").toString());
        for (String command : new String[] {
            "compare a b",
            "--version",
            "bench --help",
            "op -h",
            "make-model --type x",
            "report r",
            "tornado install",
            "op --engine cpu",
            "op --engine=reference",
            "generate --device emulator",
            "generate --device=emulator",
            "generate --prompt --engine --engine cpu"
        }) {
            Outcome outcome = finish(start(broken, command.split(" ", -1)));
            assertEquals(0, outcome.code(), outcome.err());
            assertTrue(outcome.out().contains("problem \n"), command + ": " + outcome.out());
        }
        for (String command : new String[] {
            "op",
            "devices",
            "op --engine tornado",
            "generate --prompt --version",
            "generate --prompt --engine=cpu",
            "generate --prompt --engine --engine tornado"
        }) {
            String out = finish(start(broken, command.split(" ", -1))).out();
            assertTrue(out.contains("problem the TornadoVM SDK in "), command + ": " + out);
        }
    }

    /** Another program's, of another version: kernels were never tried on it. */
    @Test
    void aVersionThatNobodyNamedIsLeftAlone() throws Exception {
        Path around = sdk(".sdkman/candidates/tornadovm/current", "sdkman:");
        Path release = Files.createDirectories(around.resolve("etc")).resolve("tornado.release");
        Files.writeString(release, "version=8.2.0-jdk22plus\n");
        Outcome other = finish(start(Map.of(), "op"));
        assertTrue(other.out().contains("sdk null"), other.out());
        assertTrue(other.out().contains("is of version 8.2.0-jdk22plus"), other.out());
        assertTrue(other.out().contains("TORNADOVM_HOME=" + around + " tries this one"), other.out());
        Outcome named = finish(start(Map.of("TORNADOVM_HOME", around.toString()), "op"));
        assertTrue(named.out().contains("sdk sdkman:" + around), named.out());
        assertTrue(named.out().contains("problem \n"), named.out());
        Files.writeString(release, "version=5.2.0-jdk25\n");
        assertTrue(finish(start(Map.of(), "op")).out().contains("sdk sdkman:" + around));
    }

    /** Java refuses two collectors; the one that the user chose is no reason to end what runs without TornadoVM. */
    @Test
    void optionsThatTheSdkDoesNotGoWithAreNamed() throws Exception {
        Path sdk = sdk("sdk", "named:");
        Files.writeString(sdk.resolve("tornado-argfile"), "-XX:+UseParallelGC\n");
        Map<String, String> environment =
                Map.of("TORNADOVM_HOME", sdk.toString(), "DELTARULE_JAVA_OPTIONS", "-XX:+UseZGC");
        Outcome outcome = finish(start(environment, "op"));
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("with -XX:+UseZGC"), outcome.out());
    }

    private Path broken(String name) throws IOException {
        Path sdk = Files.createDirectories(folder.resolve(name));
        Files.writeString(sdk.resolve("tornado-argfile"), "--add-modules tornado.absent\n");
        return sdk;
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
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("tornado.runtime"), outcome.out());
        assertTrue(outcome.out().contains("./deltarule tornado install --force"), outcome.out());
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

    /** Spark starts the JVMs that compute: the program itself does not start inside the SDK, and tells them how. */
    @Test
    void sparksJvmsAreToldOfTheSdkWhereTheEngineIsNamed() throws Exception {
        Map<String, String> environment =
                Map.of("TORNADOVM_HOME", sdk("sdk", "named:").toString());
        maven("mkdir -p '" + project.resolve("spark/target") + "'; touch '"
                + project.resolve("spark/target/spark-deltarule.jar") + "'; cp '" + folder.resolve("probe.jar") + "' '"
                + project.resolve("cli/target/deltarule.jar") + "'");
        String named = finish(start(environment, "spark", "perplexity", "--engine", "tornado"))
                .out();
        assertTrue(named.contains("sdk null"), named);
        assertTrue(named.contains("argfile " + argumentFiles().getFirst()), named);
        for (String command : new String[] {
            "spark perplexity", "spark perplexity --engine auto", "spark perplexity --prefix --engine=tornado"
        }) {
            String out = finish(start(environment, command.split(" ", -1))).out();
            assertTrue(out.contains("argfile null"), command + ": " + out);
        }
        assertTrue(finish(start(environment, "op", "--engine", "tornado")).out().contains("argfile null"));
    }

    private List<Path> argumentFiles() throws IOException {
        try (Stream<Path> files = Files.list(project.resolve(".deltarule"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("tornado-argfile"))
                    .toList();
        }
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
}
