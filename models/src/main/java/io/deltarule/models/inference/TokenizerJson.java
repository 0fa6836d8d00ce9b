package io.deltarule.models.inference;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.tokenizer.PieceStream;
import io.deltarule.models.tokenizer.TokenPieces;
import io.deltarule.models.tokenizer.TokensAround;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A {@code tokenizer.json} through Hugging Face's own library, which DJL brings as a native library in its jar and unpacks
 * into {@code ~/.djl.ai}, or where {@code DJL_CACHE_DIR} says. No network: DJL would otherwise report its use.
 */
final class TokenizerJson implements Tokenizer {
    /** Most bytes of a file; the largest published tokenizers have about 35 MB. */
    private static final long LARGEST = 256L << 20;

    private static final String CURE = "; fetch the model's tokenizer.json again, or give ids";

    private final Path file;
    private final HuggingFaceTokenizer tokenizer;

    /** What stands around a text; null where the template says it. */
    private final TokensAround around;

    /** Read when text is first wanted as it comes: who only encodes does without. */
    private TokenPieces pieces;

    private TokenizerJson(Path file, HuggingFaceTokenizer tokenizer, TokensAround around) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.around = around;
    }

    /**
     * Reads one, and of the {@code tokenizer_config.json} beside it which special tokens stand around a text.
     *
     * @param file its path
     * @throws InvalidInputException if it is none, or the file beside it is no JSON
     * @throws EngineUnavailableException if this machine cannot run the native library
     */
    static Tokenizer open(Path file) {
        byte[] json = read(file);
        loadLibrary();
        HuggingFaceTokenizer tokenizer;
        try {
            // Without padding and truncation, DJL's default of 512 tokens.
            Map<String, String> options = Map.of("truncation", "false", "padding", "false");
            tokenizer = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
        } catch (IOException | RuntimeException e) {
            throw new InvalidInputException(
                    "tokenizer " + file + ": expected a Hugging Face tokenizer.json but found " + oneLine(e) + CURE);
        }
        Path config = file.resolveSibling("tokenizer_config.json");
        try {
            return new TokenizerJson(
                    file, tokenizer, TokensAround.read(file, config, () -> encode(tokenizer, "", true)));
        } catch (IOException e) {
            tokenizer.close();
            throw new InvalidInputException("tokenizer " + config + ": expected JSON but found " + oneLine(e) + CURE);
        }
    }

    private static void loadLibrary() {
        setUnlessSet("ai.djl.offline", "true");
        setUnlessSet("OPT_OUT_TRACKING", "true");
        try {
            LibUtils.checkStatus();
        } catch (EngineException | LinkageError e) {
            throw new EngineUnavailableException(
                    "tokenizer: expected a machine that DJL's tokenizers run on (Linux x86-64"
                            + " or arm64, macOS arm64, Windows x86-64) and a folder to unpack them into but found "
                            + oneLine(e)
                            + "; set DJL_CACHE_DIR to a folder that can be written, or give ids");
        }
    }

    private static byte[] read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidInputException("tokenizer " + file + ": expected a file but found none" + CURE);
            }
            long size = Files.size(file);
            if (size > LARGEST) {
                throw new InvalidInputException("tokenizer " + file + ": expected at most " + (LARGEST >> 20)
                        + " MiB but found " + (size >> 20) + CURE);
            }
            byte[] json = Files.readAllBytes(file);
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
            return json;
        } catch (CharacterCodingException e) {
            throw new InvalidInputException("tokenizer " + file + ": expected UTF-8 text but found other bytes" + CURE);
        } catch (IOException e) {
            throw new InvalidInputException("tokenizer " + file + ": expected to read it but found " + e);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static String oneLine(Throwable e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        return addSpecialTokens && around != null
                ? around.around(encode(tokenizer, text, false))
                : encode(tokenizer, text, addSpecialTokens);
    }

    private static int[] encode(HuggingFaceTokenizer tokenizer, String text, boolean addSpecialTokens) {
        return Arrays.stream(tokenizer.encode(text, addSpecialTokens, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public String decode(int... ids) {
        return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), true);
    }

    @Override
    public Incremental incremental() {
        PieceStream stream;
        try {
            stream = pieces().stream();
        } catch (IllegalArgumentException notKnownHere) { // a regular expression of another syntax than Java's
            return new DecodedWindow(this);
        }
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

    private synchronized TokenPieces pieces() {
        if (pieces == null) {
            try {
                pieces = TokenPieces.of(read(file));
            } catch (IOException e) {
                throw new InvalidInputException("tokenizer " + file
                        + ": expected the file that was read before but found " + oneLine(e) + CURE);
            }
        }
        return pieces;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
