package io.deltarule.models.tokenizer;

/** {@code Strip}: takes up to so many of a character, most often one blank, from a piece's beginning and from its end. */
final class StripStep implements PieceSink {
    private final char content;
    private final int start;
    private final int stop;
    private final PieceSink next;

    /** How many were taken from this piece's beginning, or {@link #start} once something else was there. */
    private int taken;

    /** How many of the character there are at the end of what came, not handed on: up to {@link #stop} of them go. */
    private int held;

    StripStep(char content, int start, int stop, PieceSink next) {
        this.content = content;
        this.start = start;
        this.stop = stop;
        this.next = next;
    }

    @Override
    public void part(String text) {
        int from = 0;
        while (from < text.length() && taken < start && text.charAt(from) == content) {
            from++;
            taken++;
        }
        if (from == text.length()) {
            return;
        }
        taken = start;
        int to = text.length();
        while (to > from && text.charAt(to - 1) == content) {
            to--;
        }
        String end = text.substring(to);
        if (to > from) {
            next.part(String.valueOf(content).repeat(held) + text.substring(from, to));
            held = 0;
        }
        held += end.length();
        if (held > stop) {
            next.part(String.valueOf(content).repeat(held - stop));
            held = stop;
        }
    }

    @Override
    public void endPiece() {
        taken = 0;
        held = 0;
        next.endPiece();
    }

    @Override
    public void end() {
        next.end();
    }
}
