package io.deltarule.spark;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** A folder that Spark's worker takes for an installation: {@code jars}, with what this test's class path has. */
final class SparkHome {
    private static final String NOT_THERE =
            ".*/(junit|opentest4j|apiguardian|surefire|org\\.jacoco|error_prone_core|picocli|jline).*";

    private SparkHome() {}

    /** The class path's entries that are no tests'. */
    static List<Path> entries() {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(path.split(File.pathSeparator, -1))
                .filter(entry -> !entry.matches(NOT_THERE) && !entry.endsWith("test-classes"))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
    }

    /** Whether an entry is this project's own, or comes with it, and not with Spark. */
    static boolean ofTheLibrary(Path entry) {
        return entry.toString().matches(".*(/target/|io/deltarule|bytedeco|ai/djl|/jna/).*");
    }

    /** Makes one of the class path's entries for which a question is answered with yes. */
    static Path make(Path home, Predicate<Path> wanted) {
        try {
            Path jars = Files.createDirectories(home.resolve("jars"));
            int folders = 0;
            for (Path entry : entries().stream().filter(wanted).toList()) {
                if (Files.isDirectory(entry)) {
                    pack(entry, jars.resolve("classes-" + folders++ + ".jar"));
                } else if (!Files.exists(jars.resolve(entry.getFileName()))) {
                    Files.createSymbolicLink(jars.resolve(entry.getFileName()), entry.toAbsolutePath());
                }
            }
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the links away, which JUnit would warn about. */
    static void unlink(Path home) {
        try (Stream<Path> jars = Files.list(home.resolve("jars"))) {
            for (Path jar : jars.filter(Files::isSymbolicLink).toList()) {
                Files.delete(jar);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void pack(Path folder, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("module-info.class")) {
                    zip.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
                    Files.copy(file, zip);
                    zip.closeEntry();
                }
            }
        }
    }

    /** A copy of a jar without some of its entries, in place of a link to it. */
    static void strip(Path home, String jar, String entries) {
        try (Stream<Path> jars = Files.list(home.resolve("jars"))) {
            Path link = jars.filter(file -> file.getFileName().toString().matches(jar))
                    .findFirst()
                    .orElseThrow();
            Path whole = link.toRealPath();
            Files.delete(link);
            try (ZipFile in = new ZipFile(whole.toFile());
                    ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(link))) {
                for (ZipEntry entry : in.stream().toList()) {
                    if (!entry.getName().matches(entries)) {
                        out.putNextEntry(new ZipEntry(entry.getName()));
                        in.getInputStream(entry).transferTo(out);
                        out.closeEntry();
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
