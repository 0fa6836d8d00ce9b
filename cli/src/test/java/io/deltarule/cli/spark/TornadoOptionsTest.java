package io.deltarule.cli.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What executors start with for TornadoVM. */
class TornadoOptionsTest {
    private static final String BAILOUT = "-Dtornado.recover.bailout=False";

    @TempDir
    Path temp;

    private TornadoOptions options(String... lines) throws IOException {
        return TornadoOptions.read(Files.write(temp.resolve("argfile"), List.of(lines)));
    }

    @Test
    void wordsAreJavas() throws IOException {
        assertEquals(
                List.of("-server", "-XX:+UseParallelGC", "-Dfolder=a b\"c", "--add-modules", "ALL-SYSTEM,x", BAILOUT),
                options(
                                "# /a key",
                                "-server",
                                "",
                                "-XX:+UseParallelGC # why",
                                "\"-Dfolder=a b\\\"c\"",
                                "--add-modules ALL-SYSTEM,x")
                        .words());
    }

    /** As modules they would come before Spark's, in versions that do not go with its others. */
    @Test
    void theFolderOfModulesIsGivenWithoutWhatSparkBrings() throws IOException {
        Path modules = Files.createDirectories(temp.resolve("modules"));
        for (String name : new String[] {
            "tornado-api-5.jar",
            "log4j-api-2.jar",
            "log4j-core-2.jar",
            "commons-lang3-3.jar",
            "commons-math3-3.jar",
            "x"
        }) {
            Files.writeString(modules.resolve(name), "");
        }
        assertEquals(
                List.of(
                        "--module-path",
                        modules.resolve("commons-math3-3.jar")
                                + File.pathSeparator
                                + modules.resolve("tornado-api-5.jar"),
                        BAILOUT),
                options("--module-path " + modules).words());
    }

    @Test
    void whatTheUserHasSaidStands() throws IOException {
        TornadoOptions options = options("-XX:+UseParallelGC", "\"-Dfolder=a b\"");
        assertEquals(" -XX:+UseParallelGC \"-Dfolder=a b\" " + BAILOUT, options.beside(""));
        assertEquals(" \"-Dfolder=a b\" " + BAILOUT, options.beside(" -Xss2m -XX:+UseSerialGC"), "java refuses two");
        assertEquals("", options.beside(" @/sdk/tornado-argfile"));
    }

    @Test
    void kernelsAreOnTheClassPathOfThoseThatRunThem() throws IOException {
        List<Path> jars = List.of(Path.of("spark-deltarule.jar"), Path.of("deltarule.jar"), Path.of("more.jar"));
        assertEquals(
                "deltarule.jar" + File.pathSeparator + "more.jar",
                options("-server").classPath(jars));
        assertEquals("", TornadoOptions.forEngine("cpu").classPath(jars));
    }
}
