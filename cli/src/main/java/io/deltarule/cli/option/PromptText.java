package io.deltarule.cli.option;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text from a file, a pipe or standard input: exactly what is in it, its last line break included. */
public final class PromptText {
    /** The name of standard input. */
    private static final String STANDARD_INPUT = "-";

    private static final int LARGEST = 64 << 20;

    private PromptText() {}

    /**
     * Reads all of it.
     *
     * @param option the option that names it, for messages
     * @param file UTF-8; {@code -} for standard input
     * @throws InvalidInputException if there is none, or it is no text
     */
    public static String read(String option, Path file) {
        boolean standard = file.toString().equals(STANDARD_INPUT);
        String what = option + " " + (standard ? "standard input" : file);
        if (!standard && (!Files.exists(file) || Files.isDirectory(file))) {
            throw new InvalidInputException(what + ": expected a text file but found "
                    + (Files.isDirectory(file) ? "a folder" : "nothing") + "; check the path");
        }
        try (InputStream in = standard ? System.in : Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new InvalidInputException(
                        what + ": expected at most " + (LARGEST >> 20) + " MiB of text but found more; split it");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(what + ": expected UTF-8 text but found other bytes; convert it");
        } catch (IOException e) {
            throw new InvalidInputException(what + ": expected to read it but found " + e + "; check its permissions");
        }
    }
}
