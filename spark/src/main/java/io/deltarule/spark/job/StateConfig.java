package io.deltarule.spark.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.deltarule.core.InvalidInputException;

/**
 * What a job over one long sequence does, as the command line hands it over, in JSON.
 *
 * @param command {@value #COMMAND}
 * @param model a folder or a GGUF file, as every machine sees it
 * @param type the model type that it is read as, or null
 * @param engine reference, cpu, tornado or auto
 * @param device one of the engine's, or null
 * @param storage float32; another is refused by name
 * @param threads of the cpu engine per task, or 0 for spark.task.cpus
 * @param fingerprint what every machine's model has to have
 * @param ids a file of the driver's machine with the sequence: a JSON array of token ids
 * @param saveState the file that gets the state, on the driver's machine; null where the plan alone is wanted
 * @param segments how many, or 0 for as many as the cluster computes at the same time
 * @param piece most tokens of one run
 */
public record StateConfig(
        String command,
        String model,
        String type,
        String engine,
        String device,
        String storage,
        int threads,
        String fingerprint,
        String ids,
        String saveState,
        int segments,
        int piece) {
    static final String COMMAND = "state";

    /**
     * Checks the numbers.
     *
     * @throws InvalidInputException naming the first that cannot be right
     */
    public StateConfig {
        if (segments < 0) {
            throw new InvalidInputException(
                    "--segments: expected at least 1, or 0 for as many as the cluster computes at the same time, but found "
                            + segments);
        }
        if (piece < 1) {
            throw new InvalidInputException("--piece: expected at least 1 but found " + piece);
        }
    }

    /** Whether a job is of this kind. */
    static boolean isOne(String json) {
        return JobConfig.parse(json, JsonNode.class).path("command").asText().equals(COMMAND);
    }

    /** Reads one. */
    static StateConfig parse(String json) {
        return JobConfig.parse(json, StateConfig.class);
    }
}
