package io.deltarule.models.tokenizer;

/** {@code BPEDecoder}: a suffix marks the end of a word; it is a blank, but in the last piece of all. */
final class SuffixStep extends WholePieceStep {
    private final String suffix;
    private String last;

    SuffixStep(String suffix, PieceSink next) {
        super(next);
        this.suffix = suffix;
    }

    @Override
    void piece(String text) {
        if (last != null) {
            give(last.replace(suffix, " "));
        }
        last = text;
    }

    @Override
    void flush() {
        if (last != null) {
            give(last.replace(suffix, ""));
        }
    }
}
