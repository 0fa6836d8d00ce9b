package io.deltarule.loader;

import io.deltarule.loader.SafetensorsException.Problem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that appears whole or not at all: its content goes to a new file beside it, which then takes its name. Whoever
 * has the old file open or mapped keeps the old content, so a file may be written from tensors that lie in itself.
 */
final class AtomicFile {
    /** What to write. */
    interface Content {
        void writeTo(FileChannel out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes or replaces a file. When anything fails the file is as it was before, and nothing lies beside it.
     *
     * @throws SafetensorsException if the operating system refuses
     */
    static void write(Path path, Content content) {
        String label = path.toString();
        try {
            Path target = target(path, label);
            Path beside = target.resolveSibling("." + UUID.randomUUID() + ".part");
            // An interrupted program (Ctrl-C) runs no finally.
            Thread onExit = new Thread(() -> deleteQuietly(beside), "delete unfinished file");
            remember(onExit);
            try {
                writeNew(beside, content);
                Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(beside);
                forget(onExit);
            }
        } catch (AccessDeniedException e) {
            throw new SafetensorsException(
                    Problem.ACCESS_DENIED,
                    label,
                    "file",
                    "permission to write into its folder",
                    "none",
                    "change the folder's permissions, or write elsewhere");
        } catch (IOException e) {
            throw new SafetensorsException(
                    Problem.IO_FAILED,
                    label,
                    "file",
                    "to write it",
                    Quote.bare(e.toString()),
                    "check the disk's free space and state; nothing was changed");
        }
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            System.getLogger("io.deltarule").log(System.Logger.Level.WARNING, "unfinished file left: " + path, e);
        }
    }

    private static void remember(Thread onExit) {
        try {
            Runtime.getRuntime().addShutdownHook(onExit);
        } catch (IllegalStateException alreadyExiting) {
            // then a hook of whoever writes waits until the file is written
        }
    }

    private static void forget(Thread onExit) {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException alreadyExiting) {
            // then the hook runs, and finds nothing to delete
        }
    }

    private static void writeNew(Path path, Content content) throws IOException {
        // Not Files.createTempFile: that would leave the result readable by its owner only.
        try (FileChannel out = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            content.writeTo(out);
            // Before it gets its name: after a power cut a name without its content would be a half-written file.
            out.force(true);
        }
    }

    /** The file to replace: links are followed, and only a regular file may be replaced. */
    private static Path target(Path path, String label) throws IOException {
        if (Files.isRegularFile(path)) {
            return path.toRealPath();
        }
        if (Files.exists(path)) {
            // Renaming would replace a device such as /dev/null by a file.
            throw new SafetensorsException(
                    Problem.NOT_A_REGULAR_FILE,
                    label,
                    "path to write",
                    "a new or a regular file",
                    Files.isDirectory(path) ? "a folder" : "a device or a pipe",
                    "name a file");
        }
        Path target = path.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new SafetensorsException(
                    Problem.NOT_FOUND,
                    label,
                    "path to write",
                    "a file in an existing folder",
                    "no folder " + Quote.bare(String.valueOf(folder)),
                    "create the folder first");
        }
        return target;
    }
}
