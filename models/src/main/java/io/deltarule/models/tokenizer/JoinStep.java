package io.deltarule.models.tokenizer;

/** What a file without a decoder means: blanks between pieces. */
final class JoinStep extends WholePieceStep {
    private boolean begun;

    JoinStep(PieceSink next) {
        super(next);
    }

    @Override
    void piece(String text) {
        give(begun ? " " + text : text);
        begun = true;
    }
}
