package io.deltarule.models.tokenizer;

/** {@code Fuse}: all pieces become one. */
final class FuseStep implements PieceSink {
    private final PieceSink next;

    FuseStep(PieceSink next) {
        this.next = next;
    }

    @Override
    public void part(String text) {
        next.part(text);
    }

    @Override
    public void endPiece() {
        // the one piece goes on
    }

    @Override
    public void end() {
        next.endPiece();
        next.end();
    }
}
