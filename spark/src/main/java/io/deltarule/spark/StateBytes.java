package io.deltarule.spark;

import io.deltarule.models.inference.ModelState;
import io.deltarule.models.inference.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model's state on its way between processes: the bytes of its file. */
final class StateBytes {
    private StateBytes() {}

    static byte[] of(ModelState state, Network network) {
        return withFile(file -> {
            state.save(file, network);
            return Files.readAllBytes(file);
        });
    }

    static ModelState state(byte[] bytes, Network network) {
        return withFile(file -> {
            Files.write(file, bytes);
            return ModelState.load(file, network);
        });
    }

    private interface Use<R> {
        R of(Path file) throws IOException;
    }

    private static <R> R withFile(Use<R> use) {
        try {
            Path folder = Files.createTempDirectory("deltarule-state");
            Path file = folder.resolve("state.safetensors");
            try {
                return use.of(file);
            } finally {
                Files.deleteIfExists(file);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
