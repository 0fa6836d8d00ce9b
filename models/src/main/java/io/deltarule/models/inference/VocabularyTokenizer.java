package io.deltarule.models.inference;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.tokenizer.ByteVocabulary;
import io.deltarule.models.tokenizer.RwkvVocabulary;
import io.deltarule.models.tokenizer.Tiktoken;
import java.io.IOException;
import java.nio.file.Path;

/** A file of tokens that are bytes: Kimi's, with the names of special tokens in the {@code tokenizer_config.json} beside it, or RWKV's. */
final class VocabularyTokenizer implements Tokenizer {
    private final Path file;
    private final ByteVocabulary tokens;

    private VocabularyTokenizer(Path file, ByteVocabulary tokens) {
        this.file = file;
        this.tokens = tokens;
    }

    /** Whether a file's name is that of one. */
    static boolean isOne(Path file) {
        return file.endsWith(LanguageModel.TIKTOKEN) || file.endsWith(RwkvVocabulary.FILE);
    }

    /**
     * Reads one.
     *
     * @throws InvalidInputException if it is none
     */
    static VocabularyTokenizer open(Path file) {
        boolean kimi = file.endsWith(LanguageModel.TIKTOKEN);
        try {
            return new VocabularyTokenizer(
                    file,
                    kimi
                            ? Tiktoken.read(file, file.resolveSibling("tokenizer_config.json"))
                            : RwkvVocabulary.read(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidInputException("tokenizer " + file + ": expected "
                    + (kimi
                            ? "Kimi's tokens in base64, each with its rank,"
                            : "RWKV's tokens, each with its id from 1 on and its number of bytes,")
                    + " but found " + String.valueOf(e.getMessage()).replaceAll("\\s+", " ")
                    + "; fetch the model's "
                    + (kimi ? "tiktoken.model and tokenizer_config.json" : RwkvVocabulary.FILE)
                    + " again, or give ids");
        }
    }

    /** Nothing is put around a text: neither Kimi's nor RWKV's own code does. */
    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        try {
            return tokens.encode(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException("tokenizer " + file + ": expected a token for every byte but "
                    + e.getMessage() + "; fetch the model's " + file.getFileName() + " again");
        }
    }

    @Override
    public String decode(int... ids) {
        return tokens.decode(ids);
    }

    @Override
    public Incremental incremental() {
        ByteVocabulary.Stream stream = tokens.stream();
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
