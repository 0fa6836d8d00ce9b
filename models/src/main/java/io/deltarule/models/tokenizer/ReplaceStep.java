package io.deltarule.models.tokenizer;

/** {@code Replace} of a text by another, piece by piece: most often "▁" by a blank. */
final class ReplaceStep implements PieceSink {
    private final String pattern;
    private final String content;
    private final PieceSink next;

    /** The last part's end, where it may be the beginning of the pattern. */
    private String held = "";

    /**
     * A replacement.
     *
     * @param pattern not empty
     */
    ReplaceStep(String pattern, String content, PieceSink next) {
        this.pattern = pattern;
        this.content = content;
        this.next = next;
    }

    @Override
    public void part(String text) {
        String all = held + text;
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int at = all.indexOf(pattern); at >= 0; at = all.indexOf(pattern, from)) {
            out.append(all, from, at).append(content);
            from = at + pattern.length();
        }
        int keep = Math.min(pattern.length() - 1, all.length() - from);
        while (!pattern.startsWith(all.substring(all.length() - keep))) {
            keep--;
        }
        next.part(out.append(all, from, all.length() - keep).toString());
        held = all.substring(all.length() - keep);
    }

    @Override
    public void endPiece() {
        next.part(held);
        held = "";
        next.endPiece();
    }

    @Override
    public void end() {
        next.end();
    }
}
