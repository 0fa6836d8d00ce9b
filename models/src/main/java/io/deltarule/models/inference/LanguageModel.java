package io.deltarule.models.inference;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.tokenizer.RwkvVocabulary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A language model on an engine. It makes sessions, which carry the state; the weights are shared by all of them.
 *
 * <p>Thread-safe but for {@link #close}; each session belongs to one thread at a time.
 */
public final class LanguageModel implements AutoCloseable {
    /** The tokenizer's file in a model's folder. */
    public static final String TOKENIZER = "tokenizer.json";

    /** That of Kimi's models. */
    static final String TIKTOKEN = "tiktoken.model";

    private final Network network;
    private final Placement placement;
    private final Path tokenizerFile;
    private final Sampling sampling;
    private final AutoCloseable source;
    private final ModelState.Beginnings beginnings = new ModelState.Beginnings();
    private Tokenizer tokenizer;

    /**
     * A model that was read, or made, elsewhere.
     *
     * @param network what it computes
     * @param engine can run here
     * @param device one of the engine's, or null for its own choice
     * @param tokenizerFile a tokenizer.json, tiktoken.model or RWKV's vocabulary, read when first used; null or missing for a model of ids
     * @param source closed with this model: whoever holds the weights
     */
    public LanguageModel(Network network, DeltaEngine engine, String device, Path tokenizerFile, AutoCloseable source) {
        this(network, new Placement(engine, device), tokenizerFile, Sampling.GREEDY, source);
    }

    private LanguageModel(
            Network network, Placement placement, Path tokenizerFile, Sampling sampling, AutoCloseable source) {
        this.network = network;
        this.placement = placement;
        this.tokenizerFile = tokenizerFile;
        this.sampling = sampling;
        this.source = source;
    }

    /**
     * Opens a published model's folder on the engine that {@link Engines#automatic} takes.
     *
     * @see #open(Path, DeltaEngine, String)
     */
    public static LanguageModel open(Path folder) {
        return open(folder, Engines.automatic(), null);
    }

    /**
     * Opens a published model's folder, or a GGUF file. Weights are mapped, not read.
     *
     * @param folder a GGUF file, or config.json, safetensors and, for text, a tokenizer's file
     * @param engine can run here
     * @param device one of the engine's, or null for its own choice
     * @return to be closed
     * @throws InvalidInputException if the folder holds no model that is supported
     * @throws io.deltarule.loader.SafetensorsException if a file of it is damaged
     */
    public static LanguageModel open(Path folder, DeltaEngine engine, String device) {
        return open(folder, engine, device, null);
    }

    /**
     * The same, read as a type that its config does not name.
     *
     * @param type a {@code model_type}, or null for the config's own
     * @see ModelFolder#open(Path, String)
     */
    public static LanguageModel open(Path folder, DeltaEngine engine, String device, String type) {
        return open(folder, new Placement(engine, device), type);
    }

    /**
     * The same in other numbers.
     *
     * @param type a {@code model_type}, or null for the config's own
     * @throws InvalidInputException also if the engine does not keep numbers so, once a session is made
     */
    public static LanguageModel open(Path folder, Placement placement, String type) {
        if (placement.engine() instanceof LayerEngine layers) {
            layers.prepare();
        }
        ModelFolder model = ModelFolder.open(folder, type);
        try {
            Sampling sampling = Sampling.of(model.generation());
            return new LanguageModel(Network.of(model), placement, tokenizerFile(model.texts()), sampling, model);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** The folder of the tokenizer's and templates' files of what it was opened from; null where there is none. */
    public Path folder() {
        return source instanceof ModelFolder opened ? opened.texts() : null;
    }

    /** The tokenizer's file in a folder: its tokenizer.json, or where there is none tiktoken.model or RWKV's vocabulary. */
    public static Path tokenizerFile(Path folder) {
        Path json = folder.resolve(TOKENIZER);
        return Stream.of(TOKENIZER, TIKTOKEN, RwkvVocabulary.FILE)
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElse(json);
    }

    /** What it computes. */
    public Network network() {
        return network;
    }

    /** The engine that it runs on. */
    public DeltaEngine engine() {
        return placement.engine();
    }

    /** The engine's device, or null for its own choice. */
    public String device() {
        return placement.device();
    }

    /** In what numbers activations are kept. */
    public Storage storage() {
        return placement.storage();
    }

    /** How its makers want its tokens chosen, by generation_config.json; the likeliest every time where they do not say. */
    public Sampling sampling() {
        return sampling;
    }

    /** Whether there is a tokenizer; without one it takes and gives ids only. */
    public boolean hasTokenizer() {
        return tokenizerFile != null && Files.exists(tokenizerFile);
    }

    /**
     * The tokenizer, read when first asked for.
     *
     * @throws InvalidInputException if there is none, or the file is none
     */
    public synchronized Tokenizer tokenizer() {
        if (tokenizer == null) {
            if (!hasTokenizer()) {
                throw new InvalidInputException("tokenizer: expected tokenizer.json, tiktoken.model or "
                        + RwkvVocabulary.FILE + " in the model's folder but found none; give ids instead of text");
            }
            tokenizer = Tokenizer.open(tokenizerFile);
        }
        return tokenizer;
    }

    /** A session with buffers and state of its own; close it before this model. */
    public Session session(SessionOptions options) {
        return new Session(placement, network, options, beginnings);
    }

    /** A session of one sequence with at most so many tokens. */
    public Session session(int maxContext) {
        return session(SessionOptions.of(maxContext));
    }

    /**
     * Goes on with a text, and hands out what is new as it is made.
     *
     * @param prompt the text
     * @param options how it goes on and when it ends
     * @param out takes the new text, piece by piece
     * @return the new ids
     * @throws InvalidInputException if there is no tokenizer, or the prompt is longer than the model was made for
     */
    public Completion complete(String prompt, GenerationOptions options, Consumer<String> out) {
        int[] ids = tokenizer().encode(prompt);
        int context = contextFor(ids.length, options.maxNewTokens());
        try (Session session = session(context)) {
            session.feed(new int[][] {ids});
            Decoder decoder = new Decoder(session, options);
            TextStream text = new TextStream(tokenizer());
            while (decoder.step()) {
                out.accept(text.next(decoder.tokens()[0]));
            }
            out.accept(text.rest());
            return decoder.completion(0);
        }
    }

    /**
     * The context for a prompt and what is to follow: as much as both need, but no more than the model was made for.
     *
     * @throws InvalidInputException if the prompt alone is longer than that, or empty
     */
    public int contextFor(int promptTokens, int newTokens) {
        long most = network.maxPositions() == 0 ? Integer.MAX_VALUE : network.maxPositions();
        if (promptTokens < 1) {
            throw new InvalidInputException("prompt: expected at least one token but found none; give a text or ids");
        }
        if (promptTokens > most) {
            throw new InvalidInputException("prompt: expected at most " + most
                    + " tokens, which this model was made for, but found " + promptTokens
                    + "; shorten it, or set a longer context (--max-context)");
        }
        return (int) Math.min(most, (long) promptTokens + newTokens);
    }

    @Override
    public void close() {
        if (tokenizer != null) {
            tokenizer.close();
        }
        try {
            source.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("closing the model's files failed", e);
        }
    }
}
