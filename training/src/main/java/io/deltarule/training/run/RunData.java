package io.deltarule.training.run;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Tokenizer;
import io.deltarule.training.TrainingTask;
import io.deltarule.training.task.BatchSizes;
import io.deltarule.training.task.ModularTask;
import io.deltarule.training.task.ParityTask;
import io.deltarule.training.task.PermutationGroup;
import io.deltarule.training.task.PermutationTask;
import io.deltarule.training.task.RecallTask;
import io.deltarule.training.task.TextTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run is trained on.
 *
 * @param task batches
 * @param files what a model's folder needs to read and write text, by name
 * @param stop the id that ends a text, or −1 for none
 */
record RunData(TrainingTask task, Map<String, byte[]> files, int stop) {
    private static final long LARGEST_TEXT = 1L << 30;
    private static final String BYTES = "bytes";

    /** A tokenizer's files in a published folder. */
    private static final List<String> TOKENIZER_FILES = List.of(
            LanguageModel.TOKENIZER,
            "tokenizer_config.json",
            "special_tokens_map.json",
            "tiktoken.model",
            "chat_template.jinja");

    /**
     * Where files are.
     *
     * @param config the config's folder: paths are relative to it
     * @param model that of the model that is trained on, whose tokenizer is used where none is named; null for none
     */
    record Folders(Path config, Path model) {
        /** Where a tokenizer lies, or null for bytes. */
        Path tokenizer(String named) {
            return named == null ? model : named.equals(BYTES) ? null : config.resolve(named);
        }
    }

    /** Reads keys {@code task} or {@code data}. */
    static RunData of(RunKeys keys, BatchSizes sizes, Folders folders) {
        boolean text = keys.object().has("data");
        if (text == keys.object().has("task")) {
            throw keys.object().refused("task", "one of the objects task and data, which say what is to be learned,");
        }
        return text ? text(keys.inside("data"), sizes, folders) : task(keys.inside("task"), sizes);
    }

    private static RunData task(RunKeys keys, BatchSizes all) {
        String name = keys.choice("name", null, "parity", "permutations", "modular", "mqar");
        BatchSizes sizes = all.from(keys.count("shortest", 1, all.longest(), all.longest()));
        TrainingTask task = switch (name) {
            case "parity" -> new ParityTask(sizes);
            case "permutations" ->
                new PermutationTask(
                        PermutationGroup.valueOf(keys.choice("group", "S3", "S3", "S4", "A5", "S5")), sizes);
            case "modular" -> new ModularTask(keys.count("modulus", 2, 1000, 5), sizes);
            default ->
                new RecallTask(keys.count("vocabulary", 4, 1 << 20, 128), keys.count("pairs", 1, 1 << 19, 8), sizes);
        };
        return new RunData(task, Map.of(), -1);
    }

    private static RunData text(RunKeys keys, BatchSizes sizes, Folders folders) {
        String named = keys.object().text("text", null);
        if (named == null) {
            throw keys.object().refused("text", "a text file's path");
        }
        byte[] text = read(folders.config().resolve(named));
        keys.remember("sha256", Digests.of(text)); // the text, wherever it lies
        double heldOut = keys.number("held_out", 0.001, 0.9, 0.1);
        Path from = folders.tokenizer(keys.object().text("tokenizer", null));
        if (from == null) {
            keys.remember("tokenizer", BYTES);
            TextTask task = new TextTask(ByteTokenizer.encode(text), ByteTokenizer.VOCABULARY, sizes, heldOut);
            return new RunData(task, ByteTokenizer.files(), ByteTokenizer.END);
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : TOKENIZER_FILES) {
            if (Files.isRegularFile(from.resolve(name))) {
                files.put(name, read(from.resolve(name)));
            }
        }
        Path file = LanguageModel.tokenizerFile(from);
        keys.remember("tokenizer", Digests.of(read(file)));
        int[] ids = encode(file, text, keys.object().text("text", null));
        int vocabulary = Math.max(stated(from), Arrays.stream(ids).max().orElse(0) + 1);
        return new RunData(new TextTask(ids, vocabulary, sizes, heldOut), files, -1);
    }

    /** A tokenizer has more ids than a text; how many, its model's config says. */
    private static int stated(Path folder) {
        Path config = folder.resolve("config.json");
        if (!Files.isRegularFile(config)) {
            return 0;
        }
        ConfigObject whole = ConfigObject.read(config);
        ConfigObject inner = whole.object("text_config");
        return (inner == null ? whole : inner).count("vocab_size", 1, 1 << 24, 0);
    }

    private static int[] encode(Path tokenizer, byte[] text, String name) {
        try (Tokenizer reader = Tokenizer.open(tokenizer)) {
            return reader.encode(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new InvalidInputException("text " + name
                    + ": expected UTF-8, which a tokenizer reads, but found other bytes; use tokenizer bytes");
        }
    }

    private static byte[] read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidInputException(
                        file + ": expected a file but found " + (Files.exists(file) ? "a folder" : "nothing")
                                + "; paths are relative to the config's folder");
            }
            if (Files.size(file) > LARGEST_TEXT) {
                throw new InvalidInputException(file + ": expected at most " + LARGEST_TEXT + " bytes but found "
                        + Files.size(file) + "; train on a part of it");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InvalidInputException(file + ": expected to read it but found " + e + "; check its permissions");
        }
    }
}
