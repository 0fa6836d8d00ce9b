package io.deltarule.models.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * UTF-8 bytes to text as they come. An incomplete character is held back; what is none becomes U+FFFD, one for the longest
 * beginning of a character that was there, as the Unicode standard recommends (chapter 3, "U+FFFD substitution of maximal
 * subparts"). The JDK's decoder counts otherwise: one for the three bytes of a surrogate.
 */
final class Utf8Parts {
    static final String REPLACEMENT = "\uFFFD";

    private final byte[] pending = new byte[4];
    private int have;
    private int need;

    /** What the next byte has to be at least, and at most. */
    private int least;

    private int most;

    /** Takes bytes and gives the text that is certain. */
    String take(byte... bytes) {
        StringBuilder out = new StringBuilder();
        for (byte b : bytes) {
            int value = b & 0xff;
            if (have > 0 && (value < least || value > most)) {
                out.append(rest());
            }
            if (have == 0) {
                begin(value, out);
            } else {
                add(b, out);
            }
        }
        return out.toString();
    }

    private void begin(int value, StringBuilder out) {
        if (value < 0x80) {
            out.append((char) value);
        } else if (value < 0xc2 || value > 0xf4) {
            out.append(REPLACEMENT);
        } else {
            need = value < 0xe0 ? 2 : value < 0xf0 ? 3 : 4;
            least = value == 0xe0 ? 0xa0 : value == 0xf0 ? 0x90 : 0x80;
            most = value == 0xed ? 0x9f : value == 0xf4 ? 0x8f : 0xbf;
            pending[0] = (byte) value;
            have = 1;
        }
    }

    private void add(byte b, StringBuilder out) {
        pending[have++] = b;
        least = 0x80;
        most = 0xbf;
        if (have == need) {
            out.append(new String(pending, 0, have, StandardCharsets.UTF_8));
            have = 0;
        }
    }

    /** What is left of a character that does not become complete. */
    String rest() {
        boolean any = have > 0;
        have = 0;
        return any ? REPLACEMENT : "";
    }
}
