package io.deltarule.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Letters of arguments that Java could not read: it decodes them by the locale, and under one that is not set or not installed
 * as ASCII. The launcher sets another; whoever starts java without it is told to. Bytes that are no UTF-8 at all are refused too:
 * a prompt with U+FFFD in their place would be another prompt.
 */
final class Letters {
    private static final char REPLACEMENT = '\uFFFD';
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private Letters() {}

    /**
     * What is wrong, in one line; null if nothing is.
     *
     * @param args as Java gave them
     */
    static String lost(String... args) {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        for (int i = 0; i < args.length; i++) {
            if (args[i].indexOf(REPLACEMENT) < 0) {
                continue;
            }
            if (!encoding.equals("UTF-8")) { // which can spell that character itself
                return "expected arguments in this locale's encoding, " + encoding + ", but found '" + args[i]
                        + "', whose letters it does not have; set LC_ALL=C.UTF-8, or start ./deltarule, which does";
            }
            if (!isUtf8(i, args.length)) {
                return "expected arguments in UTF-8 but found other bytes in '" + args[i]
                        + "'; convert it, for example with iconv";
            }
        }
        return null;
    }

    /** Whether an argument's bytes are UTF-8, where the system tells them: true elsewhere. */
    private static boolean isUtf8(int index, int count) {
        try {
            List<ByteBuffer> all = Files.isReadable(COMMAND_LINE) ? split(Files.readAllBytes(COMMAND_LINE)) : List.of();
            if (all.size() < count) {
                return true;
            }
            StandardCharsets.UTF_8.newDecoder().decode(all.get(all.size() - count + index)); // the program's come last
            return true;
        } catch (CharacterCodingException malformed) {
            return false;
        } catch (IOException unreadable) {
            return true;
        }
    }

    /** The bytes between zeros, each of which ends an argument. */
    private static List<ByteBuffer> split(byte[] bytes) {
        List<ByteBuffer> parts = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                parts.add(ByteBuffer.wrap(bytes, begin, i - begin));
                begin = i + 1;
            }
        }
        return parts;
    }
}
