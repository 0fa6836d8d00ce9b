package io.deltarule.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Maven project of a user, as docs/maven.md shows it, built offline by the Maven that runs this. Its local repository is this machine's, but for this
 * project's artifacts, which are the jars and poms of this build: what {@code ./mvnw install} would put there.
 */
@Tag(TestScope.THOROUGH)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell and links")
class MavenConsumerTest {
    private static final String VERSION = System.getProperty("deltarule.test.version");
    private static final Path PROJECT = Path.of("src", "test", "project");

    @TempDir
    Path folder;

    private final List<Path> links = new ArrayList<>();

    @AfterEach
    void removeLinks() throws IOException {
        for (Path link : links) {
            Files.delete(link); // JUnit would do it too, with two lines of warning for each
        }
    }

    @Test
    void compilesAndPassesItsTest() throws Exception {
        Path project = copy(folder.resolve("project"));
        JavaProcess maven = JavaProcess.run(
                folder,
                List.of(
                        Path.of(System.getProperty("deltarule.test.maven"), "bin", "mvn")
                                .toString(),
                        "-o",
                        "-B",
                        "-f",
                        project.toString(),
                        "-Dmaven.repo.local=" + repository(folder.resolve("repository")),
                        "test"));
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

    private Path repository(Path target) throws IOException {
        Path local = Path.of(System.getProperty("deltarule.test.repository"));
        link(local, target, "io");
        link(local.resolve("io"), target.resolve("io"), "deltarule");
        Path ours = target.resolve("io").resolve("deltarule");
        put(ours, "deltarule-parent", BuiltJars.ROOT.resolve("pom.xml"), null);
        put(ours, "deltarule-bom", BuiltJars.ROOT.resolve("bom/pom.xml"), null);
        for (String module : List.of("core", "loader", "models", "tornado-kernels", "tornado-emulator")) {
            put(ours, module, BuiltJars.ROOT.resolve(module).resolve("pom.xml"), BuiltJars.of(module));
        }
        return target;
    }

    private void link(Path from, Path to, String but) throws IOException {
        Files.createDirectories(to.resolve(but));
        if (!Files.isDirectory(from)) {
            return;
        }
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry :
                    entries.filter(e -> !e.getFileName().toString().equals(but)).toList()) {
                links.add(Files.createSymbolicLink(to.resolve(entry.getFileName()), entry));
            }
        }
    }

    private static void put(Path group, String artifact, Path pom, Path jar) throws IOException {
        Path place = Files.createDirectories(group.resolve(artifact).resolve(VERSION));
        Files.copy(pom, place.resolve(artifact + "-" + VERSION + ".pom"));
        if (jar != null) {
            Files.copy(jar, place.resolve(artifact + "-" + VERSION + ".jar"));
        }
    }
}
