package io.deltarule.models.tokenizer;

/** {@code Metaspace}: "▁" is a blank; in the very first piece it is nothing where the tokenizer puts one before every text. */
final class MetaspaceStep implements PieceSink {
    private final String mark;
    private final String first;
    private final PieceSink next;
    private boolean begun;

    /**
     * A step.
     *
     * @param mark what stands for a blank
     * @param prepended whether the tokenizer puts one before a text
     */
    MetaspaceStep(String mark, boolean prepended, PieceSink next) {
        this.mark = mark;
        this.first = prepended ? "" : " ";
        this.next = next;
    }

    @Override
    public void part(String text) {
        next.part(text.replace(mark, begun ? " " : first));
    }

    @Override
    public void endPiece() {
        begun = true;
        next.endPiece();
    }

    @Override
    public void end() {
        next.end();
    }
}
