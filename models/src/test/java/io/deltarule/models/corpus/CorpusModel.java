package io.deltarule.models.corpus;

import io.deltarule.core.Engines;
import io.deltarule.models.inference.LanguageModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A tiny published model with a tokenizer, and texts for it. */
public final class CorpusModel {
    private static final String[] FILES = {"config.json", "generation_config.json", "model.safetensors"};

    private CorpusModel() {}

    /** Unpacks one of the committed models, with the committed tokenizer beside it. */
    public static Path unpack(String name, Path target) {
        try {
            Files.createDirectories(target);
            for (String file : FILES) {
                copy("/published/" + name + "/" + file, target.resolve(file));
            }
            copy("/tokenizer/tokenizer.json", target.resolve("tokenizer.json"));
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(String resource, Path to) throws IOException {
        try (var in = CorpusModel.class.getResourceAsStream(resource)) {
            if (in != null) {
                Files.copy(in, to);
            }
        }
    }

    /** On the CPU engine, each text's numbers whatever runs beside it. */
    public static LanguageModel open(Path folder, int threads) {
        return LanguageModel.open(
                folder, Engines.named("cpu").withThreads(threads).batchInvariant(), null);
    }

    /** Seeded sentences of 1 to {@code most} words, most of them short. */
    public static List<String> texts(int count, int most, long seed) {
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double u = random.nextDouble();
            int words = 1 + (int) (most * u * u * u);
            StringBuilder text = new StringBuilder("text " + i);
            for (int w = 0; w < words; w++) {
                text.append(' ');
                int letters = 1 + random.nextInt(7);
                for (int l = 0; l < letters; l++) {
                    text.append((char) ('a' + random.nextInt(26)));
                }
            }
            texts.add(text.append('.').toString());
        }
        return texts;
    }
}
