package io.deltarule.models.tokenizer;

/** Takes pieces, each in one part or several. */
interface PieceSink {
    /** Some more text of the piece that is being taken. */
    void part(String text);

    /** The piece is complete; the next part begins another. */
    void endPiece();

    /** There are no more pieces. */
    void end();
}
