package io.deltarule.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.deltarule.core.testkit.TestScope;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same program by a Gradle build, where a Gradle is on the PATH: whether Gradle reads this project's poms, which profiles and
 * inherited properties make harder for it than for Maven. Any Gradle from 4.4 will do: its own java may be older than ours, so
 * javac and java are named.
 */
@Tag(TestScope.THOROUGH)
class GradleConsumerTest {
    @TempDir
    Path folder;

    @Test
    void findsWhatItNeedsAndRuns() throws Exception {
        Path gradle = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).resolve("gradle"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(gradle != null, "no gradle on the PATH");
        Path project = Files.createDirectories(folder.resolve("project"));
        Files.copy(Path.of("src", "test", "project", "build.gradle"), project.resolve("build.gradle"));
        try (InstalledArtifacts repository = InstalledArtifacts.in(folder.resolve("repository"))) {
            JavaProcess run = JavaProcess.run(
                    folder,
                    List.of(
                            gradle.toString(),
                            "--offline",
                            "--no-daemon",
                            "-q",
                            "-p",
                            project.toString(),
                            "-g",
                            folder.resolve("gradle").toString(),
                            "-Prepository=" + repository.folder(),
                            "-Pversion=" + System.getProperty("deltarule.test.version"),
                            "-Pjdk=" + System.getProperty("java.home"),
                            "-Psource="
                                    + Path.of("src/test/project/src/main/java/example/App.java")
                                            .toAbsolutePath(),
                            "runApp"));
            assertEquals(0, run.code(), run.out() + run.err());
            assertEquals(
                    List.of("cpu reads back what was written: true"),
                    run.out().lines().filter(line -> line.startsWith("cpu")).toList());
        }
    }
}
