package io.deltarule.models.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * {@code ByteFallback}: a run of pieces such as {@code <0xE4>} is as many bytes, and these are one piece of text. A run that is
 * no UTF-8 as a whole becomes U+FFFD for each of its bytes, those of its whole characters too. So nothing is certain about a
 * run before it has ended.
 */
final class ByteFallbackStep extends WholePieceStep {
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");
    private static final int RADIX = 16;

    private final ByteArrayOutputStream run = new ByteArrayOutputStream();

    ByteFallbackStep(PieceSink next) {
        super(next);
    }

    @Override
    void piece(String text) {
        if (BYTE.matcher(text).matches()) {
            run.write(Integer.parseInt(text, 3, 5, RADIX));
        } else {
            flush();
            give(text);
        }
    }

    @Override
    void flush() {
        if (run.size() > 0) {
            try {
                give(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(run.toByteArray()))
                        .toString());
            } catch (CharacterCodingException noText) {
                for (int i = 0; i < run.size(); i++) {
                    give(Utf8Parts.REPLACEMENT);
                }
            }
            run.reset();
        }
    }
}
