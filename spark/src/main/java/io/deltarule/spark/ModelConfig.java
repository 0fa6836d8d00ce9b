package io.deltarule.spark;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import java.io.Serializable;

/**
 * Which model an executor opens, and on what it runs.
 *
 * @param path a published model's folder, or a GGUF file, as every executor sees it; {@code spark-file:NAME} for one that was sent along
 *     with {@code SparkContext.addFile}
 * @param type the model type that it is read as, or null for its own
 * @param engine reference, cpu, tornado or auto
 * @param device one of the engine's devices; {@code opencl:0:*} for the one of those at the address that Spark has assigned to the task;
 *     or null: the GPU at that address, whichever backend reaches it, else the engine's own choice
 * @param storage in what numbers activations are kept, and weights that are not kept as their file has them
 * @param threads of the cpu engine for one task, or 0 for as many as Spark gives a task ({@code spark.task.cpus})
 * @param fingerprint what the model's has to be, or null for any: executors whose copies differ are refused
 */
public record ModelConfig(
        String path, String type, String engine, String device, Storage storage, int threads, String fingerprint)
        implements Serializable {
    /**
     * Checks what can be checked before an engine is looked for.
     *
     * @throws InvalidInputException naming what is missing, or what the engine does not do
     */
    public ModelConfig {
        if (path == null || path.isBlank()) {
            throw new InvalidInputException("model: expected a folder or a GGUF file but found none; name one");
        }
        if (threads < 0) {
            throw new InvalidInputException(
                    "threads: expected 1 or more, or 0 for spark.task.cpus, but found " + threads);
        }
        if (engine.equals("cpu") || engine.equals("reference")) { // others say so themselves, where they are
            storage.requireFloat32(engine);
        }
    }

    /** On the CPU in float32, with the threads that Spark gives a task. */
    public static ModelConfig cpu(String path) {
        return new ModelConfig(path, null, "cpu", null, Storage.FLOAT32, 0, null);
    }

    /** The same on another engine. */
    public ModelConfig withEngine(String other) {
        return new ModelConfig(path, type, other, device, storage, threads, fingerprint);
    }

    /** The same, refused where the model is another. */
    public ModelConfig withFingerprint(String expected) {
        return new ModelConfig(path, type, engine, device, storage, threads, expected);
    }
}
