package io.deltarule.loader;

import io.deltarule.loader.SafetensorsException.Problem;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Strict UTF-8: JSON parsers are lenient about over-long forms, surrogates and cut sequences. */
final class Utf8 {
    private Utf8() {}

    /** Throws if the bytes are not UTF-8, naming the first bad one. Uses a small buffer whatever the size. */
    static void check(MemorySegment text, String label) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = text.asByteBuffer();
        CharBuffer sink = CharBuffer.allocate(8192);
        CoderResult result;
        do {
            sink.clear();
            result = decoder.decode(in, sink, true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw new SafetensorsException(
                    Problem.NOT_UTF8,
                    label,
                    "header",
                    "UTF-8 text",
                    "byte 0x%02x at byte %d of the header".formatted(in.get(in.position()) & 0xff, in.position()),
                    SafetensorsException.DAMAGED);
        }
    }

    /** Whether a text can be written as UTF-8: JSON escapes can smuggle in halves of surrogate pairs. */
    static boolean isEncodable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            } else if (Character.isLowSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
