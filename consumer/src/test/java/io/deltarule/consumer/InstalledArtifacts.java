package io.deltarule.consumer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A local repository: this machine's by links, but for this project's artifacts, which are the jars and poms of this build, as
 * {@code ./mvnw install} would put them there.
 */
final class InstalledArtifacts implements AutoCloseable {
    private static final String VERSION = System.getProperty("deltarule.test.version");

    private final Path folder;
    private final List<Path> links = new ArrayList<>();

    private InstalledArtifacts(Path folder) {
        this.folder = folder;
    }

    static InstalledArtifacts in(Path folder) throws IOException {
        InstalledArtifacts made = new InstalledArtifacts(folder);
        Path local = Path.of(System.getProperty("deltarule.test.repository"));
        made.link(local, folder, "io");
        made.link(local.resolve("io"), folder.resolve("io"), "deltarule");
        made.put("deltarule-parent", BuiltJars.ROOT.resolve("pom.xml"), null);
        made.put("deltarule-bom", BuiltJars.ROOT.resolve("bom/pom.xml"), null);
        for (String module : List.of("core", "loader", "models", "tornado-kernels", "tornado-emulator")) {
            made.put(module, BuiltJars.ROOT.resolve(module).resolve("pom.xml"), BuiltJars.of(module));
        }
        return made;
    }

    Path folder() {
        return folder;
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

    private void put(String artifact, Path pom, Path jar) throws IOException {
        Path place = Files.createDirectories(
                folder.resolve("io/deltarule").resolve(artifact).resolve(VERSION));
        Files.copy(pom, place.resolve(artifact + "-" + VERSION + ".pom"));
        if (jar != null) {
            Files.copy(jar, place.resolve(artifact + "-" + VERSION + ".jar"));
        }
    }

    /** Takes the links away: JUnit would do it too when it empties the folder, with two lines of warning for each. */
    @Override
    public void close() throws IOException {
        for (Path link : links) {
            Files.delete(link);
        }
    }
}
