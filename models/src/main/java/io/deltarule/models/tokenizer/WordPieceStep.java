package io.deltarule.models.tokenizer;

/** {@code WordPiece}: a blank before every piece but the first and those that a prefix, "##", joins to what is before. */
final class WordPieceStep extends WholePieceStep {
    private final String prefix;
    private final boolean cleanup;
    private boolean begun;

    WordPieceStep(String prefix, boolean cleanup, PieceSink next) {
        super(next);
        this.prefix = prefix;
        this.cleanup = cleanup;
    }

    @Override
    void piece(String text) {
        String whole = text;
        if (begun) {
            whole = text.startsWith(prefix) ? text.substring(prefix.length()) : " " + text;
        }
        begun = true;
        give(cleanup ? cleaned(whole) : whole);
    }

    /** Without the blanks that splitting English into words put there. */
    static String cleaned(String text) {
        String out = text;
        for (String mark : new String[] {".", "?", "!", ","}) {
            out = out.replace(" " + mark, mark);
        }
        out = out.replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m")
                .replace(" do not", " don't");
        return out.replace(" 's", "'s").replace(" 've", "'ve").replace(" 're", "'re");
    }
}
