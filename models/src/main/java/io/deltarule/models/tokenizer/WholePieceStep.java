package io.deltarule.models.tokenizer;

/** A step that looks at a piece when all of it is there. */
abstract class WholePieceStep implements PieceSink {
    private final PieceSink next;
    private final StringBuilder parts = new StringBuilder();

    WholePieceStep(PieceSink next) {
        this.next = next;
    }

    /** Takes a whole piece, and gives as many as it likes. */
    abstract void piece(String text);

    /** Gives what is still held back. */
    void flush() {}

    /** Hands on a whole piece. */
    final void give(String text) {
        next.part(text);
        next.endPiece();
    }

    @Override
    public final void part(String text) {
        parts.append(text);
    }

    @Override
    public final void endPiece() {
        String whole = parts.toString();
        parts.setLength(0);
        piece(whole);
    }

    @Override
    public final void end() {
        flush();
        next.end();
    }
}
