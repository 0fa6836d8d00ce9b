package io.deltarule.models.tokenizer;

/**
 * Text as its ids come: whatever is certain, whatever may follow. All that is handed out, put together with {@link #rest}, is
 * what decoding all ids at once gives.
 */
public final class PieceStream {
    private final TokenPieces pieces;
    private final StringBuilder certain = new StringBuilder();
    private final PieceSink steps;

    PieceStream(TokenPieces pieces) {
        this.pieces = pieces;
        this.steps = DecoderSteps.of(pieces.decoder(), new PieceSink() {
            @Override
            public void part(String text) {
                certain.append(text);
            }

            @Override
            public void endPiece() {
                // text has no pieces
            }

            @Override
            public void end() {
                // nor an end
            }
        });
    }

    /**
     * Takes an id; special ones and those that stand for nothing have no text.
     *
     * @return the text that is certain now
     */
    public String next(int id) {
        String piece = pieces.shown(id);
        if (piece != null) {
            steps.part(piece);
            steps.endPiece();
        }
        return handedOut();
    }

    /** What is left when there are no more ids; the stream is over. */
    public String rest() {
        steps.end();
        return handedOut();
    }

    private String handedOut() {
        String text = certain.toString();
        certain.setLength(0);
        return text;
    }
}
