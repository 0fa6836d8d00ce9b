package io.deltarule.cli.model;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Token ids as text: numbers with commas between them, blanks and line breaks allowed. */
public final class TokenIdList {
    private static final long LARGEST_FILE = 64 << 20;
    private static final int SHOWN = 20;

    private TokenIdList() {}

    /**
     * Reads numbers.
     *
     * @param what names the source in messages
     * @param text at least one number
     */
    static int[] parse(String what, String text) {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            throw new InvalidInputException(what + ": expected ids such as 1,2,3 but found nothing");
        }
        String[] parts = stripped.split("\\s*,\\s*|\\s+", -1);
        int[] ids = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].matches("[0-9]{1,9}")) {
                String found = parts[i].length() > SHOWN ? parts[i].substring(0, SHOWN) + "..." : parts[i];
                throw new InvalidInputException(what + ": expected whole numbers with commas between them, such as"
                        + " 1,2,3, but found '" + found + "' at place " + i);
            }
            ids[i] = Integer.parseInt(parts[i]);
        }
        return ids;
    }

    /** Reads a file of numbers. */
    static int[] read(String option, Path file) {
        return parse(option + " " + file, text(option, file));
    }

    /** A text file, whole. */
    static String text(String option, Path file) {
        String what = option + " " + file;
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidInputException(what + ": expected a text file but found "
                        + (Files.isDirectory(file) ? "a folder" : "nothing") + "; check the path");
            }
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw new InvalidInputException(what + ": expected at most " + (LARGEST_FILE >> 20)
                        + " MiB of text but found " + (size >> 20) + "; split it");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(what + ": expected UTF-8 text but found other bytes; convert it");
        } catch (IOException e) {
            throw new InvalidInputException(what + ": expected to read it but found " + e + "; check its permissions");
        }
    }

    /** Numbers with commas between them. */
    public static String format(int... ids) {
        return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }
}
