package io.deltarule.training.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.ConfigObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A checkpoint's state.json: everything of a run but its numbers.
 *
 * @param version of this library that wrote it
 * @param step how many steps are done
 * @param tokens that went through the model in them
 * @param seconds that they took
 * @param loss the last step's
 * @param config the run's effective values, by path
 * @param digests SHA-256 of the files beside it, by name
 */
record RunState(
        String version,
        long step,
        long tokens,
        double seconds,
        double loss,
        Map<String, String> config,
        Map<String, String> digests) {
    static final String FILE = "state.json";
    private static final String SCHEMA = "deltarule-checkpoint/1";
    private static final double MOST = 1e300;

    byte[] json() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode node = mapper.createObjectNode().put("schema", SCHEMA).put("version", version);
        node.put("step", step).put("tokens", tokens).put("seconds", seconds).put("loss", loss);
        node.set("config", mapper.valueToTree(config));
        node.set("sha256", mapper.valueToTree(digests));
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
    }

    /**
     * Reads one.
     *
     * @param checkpoint its folder
     * @throws InvalidInputException if there is none, or another program's
     */
    static RunState read(Path checkpoint) {
        if (!Files.isRegularFile(checkpoint.resolve(FILE))) {
            throw new InvalidInputException(checkpoint + ": expected a checkpoint's " + FILE + " but found none; remove"
                    + " the folder, and --resume goes on from the checkpoint before it");
        }
        ConfigObject state = ConfigObject.read(checkpoint.resolve(FILE));
        if (!SCHEMA.equals(state.text("schema", null))) {
            throw new InvalidInputException(checkpoint + ": " + FILE + ": expected schema " + SCHEMA + " but found "
                    + state.text("schema", "none") + "; go on with the version that wrote it, "
                    + state.text("version", "another program's"));
        }
        return new RunState(
                state.text("version", "unknown"),
                (long) state.number("step", 1, 1L << 53, 0),
                (long) state.number("tokens", 0, 1L << 53, 0),
                state.number("seconds", 0, MOST, 0),
                state.number("loss", -MOST, MOST, 0),
                state.textMap("config"),
                state.textMap("sha256"));
    }
}
