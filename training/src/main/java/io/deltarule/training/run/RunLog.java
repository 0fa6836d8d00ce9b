package io.deltarule.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.training.Evaluation;
import io.deltarule.training.NotFiniteException;
import io.deltarule.training.StepReport;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The lines of a run's log.jsonl, each a JSON object with a {@code type}: the run once, every step, every evaluation. A run that goes on
 * takes off what came after its checkpoint, so that the log is that of a run which was never interrupted.
 */
final class RunLog implements AutoCloseable {
    static final String FILE = "log.jsonl";
    private static final String SCHEMA = "deltarule-training-log/1";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A loss at a step.
     *
     * @param step its number, from 1
     * @param loss in nats
     */
    record Point(long step, double loss) {}

    private final Path path;
    private final BufferedWriter out;
    private final List<Point> steps = new ArrayList<>();
    private final List<Point> evaluations = new ArrayList<>();

    private RunLog(Path path, List<JsonNode> kept) throws IOException {
        this.path = path;
        for (JsonNode line : kept) {
            remember(line);
        }
        out = Files.newBufferedWriter(
                path, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /**
     * Opens a log.
     *
     * @param folder the run's
     * @param after the last step of which lines are kept, 0 for none
     */
    static RunLog open(Path folder, long after) {
        Path path = folder.resolve(FILE);
        try {
            List<JsonNode> kept = new ArrayList<>();
            if (Files.exists(path)) {
                StringBuilder text = new StringBuilder();
                for (String line : Files.readAllLines(path)) {
                    JsonNode node = parsed(line);
                    if (after > 0 && node != null && node.path("step").asLong(0) <= after) {
                        kept.add(node);
                        text.append(line).append('\n');
                    }
                }
                Path beside = path.resolveSibling("." + FILE + ".part");
                Files.writeString(beside, text);
                Files.move(beside, path, StandardCopyOption.REPLACE_EXISTING);
            }
            return new RunLog(path, kept);
        } catch (IOException e) {
            throw cannot(path, e);
        }
    }

    /** Null for the half of a line that a process left which was killed. */
    private static JsonNode parsed(String line) {
        try {
            JsonNode node = JSON.readTree(line);
            return node.isObject() ? node : null;
        } catch (JsonProcessingException torn) {
            return null;
        }
    }

    private void remember(JsonNode line) {
        List<Point> where = switch (line.path("type").asText()) {
            case "step" -> steps;
            case "evaluation" -> evaluations;
            default -> null;
        };
        if (where != null) {
            where.add(new Point(line.path("step").asLong(), line.path("loss").asDouble()));
        }
    }

    /** Whether the run itself is described. */
    boolean isEmpty() {
        try {
            return Files.size(path) == 0;
        } catch (IOException e) {
            throw cannot(path, e);
        }
    }

    /** What the run is: its first line. */
    void run(String version, String engine, RunConfig config) {
        ObjectNode line = JSON.createObjectNode().put("type", "run").put("schema", SCHEMA);
        line.put("version", version).put("engine", engine);
        line.put("model", config.modelType());
        line.put("parameters", config.model().parameters());
        line.put("task", config.task().name());
        line.set("config", JSON.valueToTree(config.effective()));
        write(line);
    }

    void step(StepReport step) {
        ObjectNode line = JSON.createObjectNode().put("type", "step").put("step", step.step());
        line.put("loss", step.loss()).put("gradient_norm", step.gradientNorm());
        line.put("learning_rate", step.learningRate()).put("tokens", step.tokens());
        write(line.put("seconds", step.seconds()));
    }

    void evaluation(long step, Evaluation found, double seconds) {
        ObjectNode line = JSON.createObjectNode().put("type", "evaluation").put("step", step);
        line.put("labels", found.labelled()).put("loss", found.loss()).put("accuracy", found.accuracy());
        write(line.put("perplexity", found.perplexity()).put("seconds", seconds));
    }

    void notFinite(NotFiniteException stop) {
        write(JSON.createObjectNode()
                .put("type", "not_finite")
                .put("step", stop.step())
                .put("tensor", stop.tensor()));
    }

    private void write(ObjectNode line) {
        try {
            out.write(line.toString());
            out.write('\n');
            out.flush(); // a process that is killed leaves all that it has said
            remember(line);
        } catch (IOException e) {
            throw cannot(path, e);
        }
    }

    List<Point> steps() {
        return steps;
    }

    List<Point> evaluations() {
        return evaluations;
    }

    private static InvalidInputException cannot(Path path, IOException e) {
        return new InvalidInputException(path + ": expected to write the log but found " + e + "; check free space");
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw cannot(path, e);
        }
    }
}
