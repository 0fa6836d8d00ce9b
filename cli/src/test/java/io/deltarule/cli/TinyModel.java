package io.deltarule.cli;

import io.deltarule.loader.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** A small published-format model out of the tests of models, with what other libraries compute for it. */
public record TinyModel(Path folder) {
    private static final Path RESOURCES =
            Path.of("..", "models", "src", "test", "resources").toAbsolutePath().normalize();

    /** One without a tokenizer, where it lies. */
    public static TinyModel named(String name) {
        return new TinyModel(RESOURCES.resolve("published").resolve(name));
    }

    /** A copy with a tokenizer, which a test may break. */
    public static TinyModel withTokenizer(String name, Path target) {
        try (Stream<Path> files = Files.list(named(name).folder())) {
            Files.createDirectories(target);
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
            Files.copy(RESOURCES.resolve("tokenizer/tokenizer.json"), target.resolve("tokenizer.json"));
            return new TinyModel(target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path expected() {
        return folder.resolve("expected.safetensors");
    }

    /** The tokens that the expected logits come after. */
    public int[] ids() {
        return ints("input_ids");
    }

    /** Begin and greedy continuation. */
    public int[] greedy() {
        return ints("greedy");
    }

    private int[] ints(String name) {
        try (SafetensorsFile file = SafetensorsFile.open(expected())) {
            return Arrays.stream(file.readLongs(name))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
