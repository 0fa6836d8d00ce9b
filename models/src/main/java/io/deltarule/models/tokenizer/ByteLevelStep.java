package io.deltarule.models.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * {@code ByteLevel}: each character of a piece stands for a byte, and all bytes together are one text. A piece with a character
 * that stands for none is meant as it is.
 */
final class ByteLevelStep implements PieceSink {
    private static final int[] BYTES = bytes();

    private final PieceSink next;
    private final Utf8Parts utf8 = new Utf8Parts();
    private final StringBuilder piece = new StringBuilder();

    ByteLevelStep(PieceSink next) {
        this.next = next;
    }

    /** Printable Latin characters stand for themselves, those from U+0100 for the other bytes in their order. */
    private static int[] bytes() {
        int[] bytes = new int[2 * 256];
        Arrays.fill(bytes, -1);
        int others = 0;
        for (int b = 0; b < 256; b++) {
            boolean itself = (b > ' ' && b < 0x7f) || (b > 0xa0 && b != 0xad);
            bytes[itself ? b : 256 + others++] = b;
        }
        return bytes;
    }

    @Override
    public void part(String text) {
        piece.append(text);
    }

    @Override
    public void endPiece() {
        String text = piece.toString();
        piece.setLength(0);
        next.part(utf8.take(bytesOf(text)));
    }

    private static byte[] bytesOf(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return text.getBytes(StandardCharsets.UTF_8);
            }
            bytes.write(BYTES[c]);
        }
        return bytes.toByteArray();
    }

    @Override
    public void end() {
        next.part(utf8.rest());
        next.endPiece();
        next.end();
    }
}
