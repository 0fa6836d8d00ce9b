package io.deltarule.sdk.pack;

import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstallListener;
import io.deltarule.sdk.InstalledSdk;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes the archive, a tar.gz of one folder {@value #FOLDER}:
 *
 * <pre>
 *   deltarule                  the launcher, which takes what lies beside it and builds nothing
 *   cli/target/deltarule.jar   the program
 *   java/                      a Java of its own
 *   tornadovm/                 the SDK, less the argument file that names folders of this machine
 *   lib/                       further native libraries
 * </pre>
 */
public final class PackWriter {
    /** The folder in the archive. */
    public static final String FOLDER = "deltarule";

    private static final int BUFFER = 1 << 16;
    private static final int EXECUTABLE = 0755;
    private static final int PLAIN = 0644;
    private static final String README = """
            This folder runs deltarule on a machine that has nothing but a driver:

                ./deltarule devices
                ./deltarule bench --suite quick --output report

            It brings a Java of its own and, in tornadovm, the TornadoVM SDK of the machine that made it.
            """;

    private PackWriter() {}

    /**
     * Packs.
     *
     * @param contents what
     * @param archive the file to write; it appears whole or not at all
     * @param listener told what is going on
     * @throws InstallException if the disk or the JDK does not let it
     */
    public static void write(PackContents contents, Path archive, InstallListener listener) {
        Path target = archive.toAbsolutePath();
        Path scratch = target.resolveSibling(".pack-" + UUID.randomUUID());
        Path part = scratch.resolve("archive");
        try {
            Files.createDirectory(scratch);
            try {
                listener.doing("making a Java to send along");
                Path java = scratch.resolve("java");
                JavaImage.link(JavaImage.modules(), java);
                writeTar(contents, java, part, listener);
                Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                delete(scratch);
            }
        } catch (IOException e) {
            throw new InstallException("pack: " + target + " cannot be written: " + e, e);
        }
    }

    static void writeTar(PackContents contents, Path java, Path archive, InstallListener listener) throws IOException {
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(archive), BUFFER);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(file, BUFFER), "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            text(tar, "README.txt", README);
            for (String part : List.of(PackContents.LAUNCHER, PackContents.TOOLS, PackContents.JAR)) {
                file(tar, part, contents.program().resolve(part));
            }
            tree(tar, "java", java, listener);
            if (contents.sdk().isPresent()) {
                tree(tar, "tornadovm", contents.sdk().get().folder(), listener);
            }
            for (Path library : contents.libraries()) {
                file(tar, "lib/" + library.getFileName(), library.toRealPath());
            }
        }
    }

    private static void tree(TarArchiveOutputStream tar, String name, Path folder, InstallListener listener)
            throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all.sorted()::iterator) {
                String inside = folder.relativize(path).toString();
                if (inside.equals(InstalledSdk.ARGFILE)) {
                    continue;
                }
                listener.doing("packing " + name + "/" + inside);
                if (Files.isSymbolicLink(path)) {
                    link(tar, name + "/" + inside, folder, path);
                } else if (Files.isRegularFile(path)) {
                    file(tar, name + "/" + inside, path);
                }
            }
        }
    }

    /** A link that stays inside is kept as one; what another leads to comes along itself. */
    private static void link(TarArchiveOutputStream tar, String name, Path folder, Path link) throws IOException {
        Path to = Files.readSymbolicLink(link);
        Path target = link.resolveSibling(to).normalize();
        if (to.isAbsolute() || !target.startsWith(folder.normalize())) {
            if (Files.isRegularFile(link)) {
                file(tar, name, link.toRealPath());
            }
            return;
        }
        TarArchiveEntry entry = new TarArchiveEntry(FOLDER + "/" + name, TarConstants.LF_SYMLINK);
        entry.setLinkName(to.toString());
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private static void file(TarArchiveOutputStream tar, String name, Path path) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(FOLDER + "/" + name);
        entry.setSize(Files.size(path));
        entry.setMode(Files.isExecutable(path) ? EXECUTABLE : PLAIN);
        entry.setLastModifiedTime(Files.getLastModifiedTime(path));
        tar.putArchiveEntry(entry);
        Files.copy(path, tar);
        tar.closeArchiveEntry();
    }

    private static void text(TarArchiveOutputStream tar, String name, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(FOLDER + "/" + name);
        entry.setSize(bytes.length);
        entry.setMode(PLAIN);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
