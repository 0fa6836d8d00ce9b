package io.deltarule.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Maven project of a user, as docs/maven.md shows it, built offline by the Maven that runs this.
 */
@Tag(TestScope.THOROUGH)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell and links")
class MavenConsumerTest {
    private static final String VERSION = System.getProperty("deltarule.test.version");
    private static final Path PROJECT = Path.of("src", "test", "project");

    @TempDir
    Path folder;

    @Test
    void compilesAndPassesItsTest() throws Exception {
        Path project = copy(folder.resolve("project"));
        JavaProcess maven;
        try (InstalledArtifacts repository = InstalledArtifacts.in(folder.resolve("repository"))) {
            maven = JavaProcess.run(
                    folder,
                    List.of(
                            Path.of(System.getProperty("deltarule.test.maven"), "bin", "mvn")
                                    .toString(),
                            "-o",
                            "-B",
                            "-f",
                            project.toString(),
                            "-Dmaven.repo.local=" + repository.folder(),
                            "test"));
        }
        assertEquals(0, maven.code(), maven.out());
        assertTrue(maven.out().contains("Tests run: 1, Failures: 0, Errors: 0, Skipped: 0"), maven.out());
    }

    /** What docs/maven.md tells users to write is what is built here. */
    @Test
    void theDocumentShowsThisProject() throws IOException {
        String document = Files.readString(BuiltJars.ROOT.resolve("docs/maven.md"));
        String pom = Files.readString(PROJECT.resolve("pom.xml"))
                .replaceAll("<version>@.*@</version>", "")
                .replaceAll("\\s+", " ");
        Matcher block = Pattern.compile("```xml\n(.*?)```", Pattern.DOTALL).matcher(document);
        int blocks = 0;
        while (block.find()) {
            String text = block.group(1).replaceAll("\\s+", " ").strip();
            assertTrue(pom.contains(text), text);
            blocks++;
        }
        assertEquals(2, blocks, "dependencies, and flags for tests");
        assertTrue(document.contains("<version>" + VERSION + "</version>"));
    }

    private static Path copy(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(PROJECT)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copied = target.resolve(PROJECT.relativize(file).toString());
                Files.createDirectories(copied.getParent());
                Files.copy(file, copied);
            }
        }
        Path pom = target.resolve("pom.xml");
        String text = Files.readString(pom)
                .replace("@resources.version@", ofPlugin("maven-resources-plugin"))
                .replace("@compiler.version@", ofPlugin("maven-compiler-plugin"))
                .replace("@surefire.version@", ofPlugin("maven-surefire-plugin"))
                .replace("@junit.version@", found("<junit.version>(.*?)</junit.version>"));
        Files.writeString(pom, text);
        return target;
    }

    /** The versions that this build uses: they are in the local repository already. */
    private static String ofPlugin(String plugin) throws IOException {
        return found("<artifactId>" + plugin + "</artifactId>\\s*<version>(.*?)</version>");
    }

    private static String found(String pattern) throws IOException {
        Matcher match = Pattern.compile(pattern).matcher(Files.readString(BuiltJars.ROOT.resolve("pom.xml")));
        assertTrue(match.find(), pattern);
        return match.group(1);
    }
}
