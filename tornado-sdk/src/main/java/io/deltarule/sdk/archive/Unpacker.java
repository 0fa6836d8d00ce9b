package io.deltarule.sdk.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Unpacks an archive that nobody vouches for into an empty folder. Refused are: names and links that lead out, entries
 * below a link, the same name twice, devices and pipes, checksums that do not match, and more files or bytes than any
 * SDK has. Kept are the executable bit and links that stay inside.
 */
public final class Unpacker {
    private static final int BUFFER = 1 << 16;

    private final Path folder;
    private final Limits limits;
    private final LongConsumer progress;
    /** By lower-case name, because some file systems take both cases as the same. */
    private final Map<String, ArchiveReader.Kind> seen = new HashMap<>();

    /** Links are made after everything else, so that nothing is ever written through one. */
    private final Map<Path, String> links = new LinkedHashMap<>();

    private long bytes;

    /**
     * How much an archive may hold; more than this is no SDK.
     *
     * @param entries in number
     * @param bytes unpacked
     */
    public record Limits(int entries, long bytes) {
        /** TornadoVM's OpenCL SDK has 118 files of 54 MB in all; those for CUDA carry more libraries. */
        public static final Limits SDK = new Limits(100_000, 8L << 30);
    }

    private Unpacker(Path folder, Limits limits, LongConsumer progress) {
        this.folder = folder;
        this.limits = limits;
        this.progress = progress;
    }

    /**
     * Unpacks.
     *
     * @param archive zip or tar.gz
     * @param folder an empty folder; after a failure it holds an unusable part
     * @param limits what is accepted
     * @param progress told the bytes unpacked so far
     * @throws DamagedArchiveException if the archive is damaged or refused
     * @throws IOException if the disk fails
     */
    public static void unpack(Path archive, Path folder, Limits limits, LongConsumer progress) throws IOException {
        Unpacker unpacker = new Unpacker(folder, limits, progress);
        try (ArchiveReader reader = ArchiveReader.open(archive)) {
            for (ArchiveReader.Entry entry = next(reader); entry != null; entry = next(reader)) {
                unpacker.take(entry, reader);
            }
            unpacker.link();
        } catch (InvalidPathException e) {
            throw new DamagedArchiveException("this system has no file of the name '" + e.getInput() + "'", e);
        }
    }

    private static ArchiveReader.Entry next(ArchiveReader reader) throws IOException {
        try {
            return reader.next();
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    private static DamagedArchiveException damaged(IOException e) {
        return e instanceof DamagedArchiveException already
                ? already
                : new DamagedArchiveException(
                        e instanceof EOFException
                                ? "it ends too early"
                                : "it cannot be read to its end (" + e.getMessage() + ")",
                        e);
    }

    private void take(ArchiveReader.Entry entry, ArchiveReader reader) throws IOException {
        List<String> parts = EntryPath.parts(entry.name());
        if (parts.isEmpty() && entry.kind() == ArchiveReader.Kind.FOLDER) {
            return;
        }
        if (parts.isEmpty() || entry.kind() == ArchiveReader.Kind.OTHER) {
            throw new DamagedArchiveException("'" + entry.name() + "' is neither a file nor a folder nor a link");
        }
        Path path = register(entry, parts);
        switch (entry.kind()) {
            case FILE -> write(entry, path, reader.bytes());
            case HARD_LINK -> copy(entry, path);
            case SYMBOLIC_LINK -> links.put(path, entry.target());
            default -> Files.createDirectories(path);
        }
    }

    /** Remembers the name and makes the folders above it. */
    private Path register(ArchiveReader.Entry entry, List<String> parts) throws IOException {
        Path path = folder;
        StringBuilder name = new StringBuilder();
        for (int p = 0; p < parts.size(); p++) {
            path = path.resolve(parts.get(p));
            name.append('/').append(parts.get(p).toLowerCase(Locale.ROOT));
            boolean last = p == parts.size() - 1;
            ArchiveReader.Kind kind = last ? entry.kind() : ArchiveReader.Kind.FOLDER;
            ArchiveReader.Kind before = seen.put(name.toString(), kind);
            boolean sameFolder = before == ArchiveReader.Kind.FOLDER && kind == ArchiveReader.Kind.FOLDER;
            if (before != null && !sameFolder) {
                throw new DamagedArchiveException(
                        "'" + entry.name() + (last ? "' is there twice" : "' lies below something that is no folder"));
            }
            if (seen.size() > limits.entries()) {
                throw new DamagedArchiveException("it has more than " + limits.entries() + " entries");
            }
        }
        Files.createDirectories(path.getParent());
        return path;
    }

    private void write(ArchiveReader.Entry entry, Path path, InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (in;
                OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
            for (int read = read(in, buffer); read >= 0; read = read(in, buffer)) {
                count(read);
                out.write(buffer, 0, read);
            }
        }
        finish(entry, path);
    }

    private static int read(InputStream in, byte[] buffer) throws IOException {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    private void copy(ArchiveReader.Entry entry, Path path) throws IOException {
        List<String> parts = EntryPath.parts(entry.target());
        String name = "/" + String.join("/", parts).toLowerCase(Locale.ROOT);
        Path original = folder;
        for (String part : parts) {
            original = original.resolve(part);
        }
        if (seen.get(name) != ArchiveReader.Kind.FILE || !Files.isRegularFile(original)) {
            throw new DamagedArchiveException("'" + entry.name() + "' is a further name of '" + entry.target()
                    + "', which is no earlier file of it");
        }
        count(Files.size(original));
        Files.copy(original, path, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private void count(long more) throws DamagedArchiveException {
        bytes += more;
        if (bytes > limits.bytes()) {
            throw new DamagedArchiveException("it holds more than " + (limits.bytes() >> 20) + " MiB");
        }
        progress.accept(bytes);
    }

    private void finish(ArchiveReader.Entry entry, Path path) throws IOException {
        if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
            // Never more than that: no set-user-id, nothing that others may write.
            Files.setPosixFilePermissions(
                    path, PosixFilePermissions.fromString(entry.executable() ? "rwxr-xr-x" : "rw-r--r--"));
        }
        Files.setLastModifiedTime(path, FileTime.fromMillis(Math.max(0, entry.modifiedMillis())));
    }

    private void link() throws IOException {
        for (Map.Entry<Path, String> link : links.entrySet()) {
            Path target = Path.of(link.getValue());
            if (link.getValue().isEmpty()
                    || target.isAbsolute()
                    || !link.getKey().resolveSibling(target).normalize().startsWith(folder)) {
                throw leadsOut(link);
            }
            Files.createSymbolicLink(link.getKey(), target);
        }
        // Through a second link a target may end elsewhere than its name says.
        Path top = folder.toRealPath();
        for (Map.Entry<Path, String> link : links.entrySet()) {
            try {
                if (!link.getKey().toRealPath().startsWith(top)) {
                    throw leadsOut(link);
                }
            } catch (DamagedArchiveException e) {
                throw e;
            } catch (IOException e) {
                throw new DamagedArchiveException(
                        "the link '" + folder.relativize(link.getKey()) + "' leads nowhere", e);
            }
        }
    }

    private DamagedArchiveException leadsOut(Map.Entry<Path, String> link) {
        return new DamagedArchiveException("the link '" + folder.relativize(link.getKey()) + "' leads to '"
                + link.getValue() + "', out of its folder");
    }
}
