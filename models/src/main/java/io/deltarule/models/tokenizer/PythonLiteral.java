package io.deltarule.models.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A text or bytes as Python writes them, {@code 'a\\n'} or {@code b'\\xe4'}: as bytes, a text's in UTF-8. */
final class PythonLiteral {
    private final String source;
    private final boolean bytes;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int at;

    private PythonLiteral(String source) {
        this.source = source;
        this.bytes = source.startsWith("b");
        this.at = bytes ? 1 : 0;
    }

    /**
     * The bytes of a literal in single or double quotes.
     *
     * @throws IllegalArgumentException if it is none
     */
    static byte[] bytes(String source) {
        return new PythonLiteral(source).read();
    }

    private byte[] read() {
        char quote = at < source.length() ? source.charAt(at++) : 0;
        if (quote != '\'' && quote != '"') {
            throw new IllegalArgumentException("no quote where a text or bytes begin");
        }
        while (at < source.length() - 1) {
            int c = source.codePointAt(at);
            at += Character.charCount(c);
            if (c == quote) {
                throw new IllegalArgumentException("something after the closing quote");
            }
            if (c == '\\') {
                escape();
            } else if (bytes && c > 0x7f) {
                throw new IllegalArgumentException("bytes that are not ASCII");
            } else {
                character(c);
            }
        }
        if (at != source.length() - 1 || source.charAt(at) != quote) {
            throw new IllegalArgumentException("no closing quote");
        }
        return out.toByteArray();
    }

    private void escape() {
        char c = source.charAt(at++);
        switch (c) {
            case '\\', '\'', '"' -> out.write(c);
            case 'n' -> out.write('\n');
            case 'r' -> out.write('\r');
            case 't' -> out.write('\t');
            case 'a' -> out.write(7);
            case 'b' -> out.write('\b');
            case 'f' -> out.write('\f');
            case 'v' -> out.write(11);
            case 'x' -> {
                int value = hexadecimal(2);
                if (bytes) {
                    out.write(value);
                } else {
                    character(value);
                }
            }
            case 'u' -> unicode(c, 4);
            case 'U' -> unicode(c, 8);
            default -> throw new IllegalArgumentException("the escape \\" + c);
        }
    }

    private void unicode(char letter, int digits) {
        if (bytes) {
            throw new IllegalArgumentException("the escape \\" + letter + " in bytes");
        }
        character(hexadecimal(digits));
    }

    private int hexadecimal(int digits) {
        int end = at + digits;
        if (end >= source.length() || !source.substring(at, end).matches("[0-9A-Fa-f]+")) {
            throw new IllegalArgumentException("an escape without its " + digits + " digits");
        }
        long value = Long.parseLong(source.substring(at, end), 16);
        at = end;
        if (value > Character.MAX_CODE_POINT) {
            throw new IllegalArgumentException("a character past the last one");
        }
        return (int) value;
    }

    /** Half of a surrogate pair has no bytes. */
    private void character(int c) {
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(Character.toString(c)));
            while (utf8.hasRemaining()) {
                out.write(utf8.get());
            }
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("half a surrogate pair", e);
        }
    }
}
