package io.deltarule.cli.output;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** Checks of a file to be written that are made before the work is done, not after. */
public final class OutputPath {
    private OutputPath() {}

    /**
     * Checks that a file can be made here and is not one that is read.
     *
     * @param option the option that names it, for messages
     * @param path the file to write
     * @param input the file that is read
     * @throws InvalidInputException if it cannot
     */
    public static void check(String option, Path path, Path input) {
        try {
            if (Files.exists(path) && Files.exists(input) && Files.isSameFile(path, input)) {
                throw new InvalidInputException(
                        option + ": expected another file than the input but found the same, " + path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        check(option, path);
    }

    /**
     * Checks that a file can be made here.
     *
     * @param option the option that names it, for messages
     * @param path the file to write
     * @throws InvalidInputException if it cannot
     */
    public static void check(String option, Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (Files.isDirectory(path)) {
            throw new InvalidInputException(
                    option + ": expected a file but found the folder " + path + "; name a file inside it");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new InvalidInputException(option + ": expected a new or a regular file but found a device or a pipe, "
                    + path + "; name a file");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new InvalidInputException(option + ": expected a file in an existing folder but there is no folder "
                    + folder + "; create it first");
        }
        if (!Files.isWritable(folder)) {
            throw new InvalidInputException(option + ": expected permission to write into " + folder
                    + " but there is none; name another folder");
        }
    }

    /**
     * Writes a text file that appears whole or not at all.
     *
     * @param path the file, checked before
     * @param text its content
     * @throws CannotWriteException if the system does not let it
     */
    public static void writeWhole(Path path, String text) {
        Path beside = path.toAbsolutePath().resolveSibling("." + UUID.randomUUID() + ".part");
        try {
            try {
                Files.writeString(beside, text);
                Files.move(beside, path, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw new CannotWriteException(path.toString(), e);
        }
    }
}
