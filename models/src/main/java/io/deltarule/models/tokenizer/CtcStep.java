package io.deltarule.models.tokenizer;

/** {@code CTC}: of equal pieces in a row one counts, padding is nothing, and a piece of its own stands between words. */
final class CtcStep extends WholePieceStep {
    private final String pad;
    private final String delimiter;
    private final boolean cleanup;
    private String before;

    CtcStep(String pad, String delimiter, boolean cleanup, PieceSink next) {
        super(next);
        this.pad = pad;
        this.delimiter = delimiter;
        this.cleanup = cleanup;
    }

    @Override
    void piece(String text) {
        if (text.equals(before)) {
            return;
        }
        before = text;
        String out = text.replace(pad, "");
        if (cleanup) {
            out = WordPieceStep.cleaned(out).replace(delimiter, " ");
        }
        if (!out.isEmpty()) {
            give(out);
        }
    }
}
