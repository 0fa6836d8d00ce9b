package io.deltarule.models.inference;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.tokenizer.Tiktoken;
import java.io.IOException;
import java.nio.file.Path;

/** A {@code tiktoken.model}, with the names of special tokens in the {@code tokenizer_config.json} beside it. */
final class TiktokenTokenizer implements Tokenizer {
    private final Path file;
    private final Tiktoken tokens;

    private TiktokenTokenizer(Path file, Tiktoken tokens) {
        this.file = file;
        this.tokens = tokens;
    }

    /**
     * Reads one.
     *
     * @throws InvalidInputException if it is none
     */
    static TiktokenTokenizer open(Path file) {
        try {
            return new TiktokenTokenizer(file, Tiktoken.read(file, file.resolveSibling("tokenizer_config.json")));
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidInputException(
                    "tokenizer " + file + ": expected Kimi's tokens in base64, each with its rank,"
                            + " but found " + String.valueOf(e.getMessage()).replaceAll("\\s+", " ")
                            + "; fetch the model's tiktoken.model and tokenizer_config.json again, or give ids");
        }
    }

    /** Nothing is put around a text: Kimi's own code does not either. */
    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        try {
            return tokens.encode(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException("tokenizer " + file + ": expected a token for every byte but "
                    + e.getMessage() + "; fetch the model's tiktoken.model again");
        }
    }

    @Override
    public String decode(int... ids) {
        return tokens.decode(ids);
    }

    @Override
    public Incremental incremental() {
        Tiktoken.Stream stream = tokens.stream();
        return new Incremental() {
            @Override
            public String next(int id) {
                return stream.next(id);
            }

            @Override
            public String rest() {
                return stream.rest();
            }
        };
    }

    @Override
    public void close() {
        // nothing native
    }
}
