package io.deltarule.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads results files, which may come from anywhere, and refuses what does not follow the schema. */
final class ResultsFileReader {
    /** The schemas that this program reads; it writes the first. */
    private static final List<String> SCHEMAS = List.of("deltarule-bench/4", "deltarule-bench/3", "deltarule-bench/2");

    private static final long LARGEST = 64L << 20;
    private static final double BUSY = 0.25; // of the processors, wanted by others: where the file itself does not say

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String where;

    private ResultsFileReader(String where) {
        this.where = where;
    }

    /**
     * Reads one file.
     *
     * @param file a document that {@code bench --json} wrote
     * @param label what to call it
     * @throws InvalidInputException naming the file and what does not fit
     */
    static ResultsFile read(Path file, String label) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidInputException(
                        file + ": expected a results file but there is none; make one with bench --json FILE");
            }
            if (Files.size(file) > LARGEST) {
                throw new InvalidInputException(file + ": expected at most " + (LARGEST >> 20) + " MiB but found "
                        + (Files.size(file) >> 20) + "; is it a results file?");
            }
            return new ResultsFileReader(file.toString()).results(MAPPER.readTree(Files.readAllBytes(file)), label);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    file + ": expected JSON but found " + e.getOriginalMessage() + "; is it a results file?");
        } catch (IOException e) {
            throw new InvalidInputException(file + ": expected a readable file but found " + e.getMessage());
        }
    }

    private ResultsFile results(JsonNode root, String label) {
        String schema = root.path("schema").asText("none");
        if (!SCHEMAS.contains(schema)) {
            throw new InvalidInputException(where + ": expected schema " + String.join(", ", SCHEMAS) + " but found "
                    + schema + "; measure again with this version");
        }
        Map<String, String> machine = new LinkedHashMap<>();
        object(root, "machine")
                .properties()
                .forEach(e -> machine.put(e.getKey(), e.getValue().asText()));
        List<ResultsFile.Device> devices = new ArrayList<>();
        array(root, "devices").forEach(node -> devices.add(device(node)));
        List<ResultsFile.Ratio> ratios = new ArrayList<>();
        object(root, "ratios").properties().forEach(e -> ratios.add(ratio(e.getKey(), e.getValue())));
        List<ResultsFile.Row> rows = new ArrayList<>();
        array(root, "results").forEach(node -> rows.add(row(node)));
        boolean before = schema.equals(SCHEMAS.getLast());
        List<ResultsFile.Transfer> transfers = new ArrayList<>();
        List<String> wrongModels = new ArrayList<>();
        if (before) {
            array(root, "wrong_models").forEach(node -> wrongModels.add(node.asText()));
        } else {
            array(root, "transfers").forEach(node -> transfers.add(transfer(node)));
        }
        return new ResultsFile(
                label,
                text(root, "version"),
                optionalText(root, "commit"),
                optionalText(root, "command"),
                text(root, "time"),
                machine,
                busy(root, machine),
                devices,
                ratios,
                rows,
                transfers,
                root.path("model").isObject() ? model(root.path("model")) : null,
                wrongModels);
    }

    /** As the file says; files until version 3 tell the load average alone. */
    private List<String> busy(JsonNode root, Map<String, String> machine) {
        List<String> signs = new ArrayList<>();
        if (root.has("busy")) {
            array(root, "busy").forEach(sign -> signs.add(text(sign, "text")));
            return signs;
        }
        String load = machine.getOrDefault("load_before", "null");
        String processors = machine.getOrDefault("processors", "0");
        if (load.matches("[0-9.]+(E-?[0-9]+)?") && processors.matches("[1-9][0-9]{0,8}")) {
            double wanted = Double.parseDouble(load);
            if (wanted >= BUSY * Integer.parseInt(processors)) {
                signs.add(String.format(
                        Locale.ROOT,
                        "before the measurement began, a load average of %.2f on %s processors",
                        wanted,
                        processors));
            }
        }
        return signs;
    }

    private ResultsFile.Model model(JsonNode node) {
        List<ResultsFile.Program> programs = new ArrayList<>();
        array(node, "programs")
                .forEach(program -> programs.add(new ResultsFile.Program(
                        text(program, "program"),
                        text(program, "version"),
                        optionalNumber(program.path("verification"), "ratio"),
                        program.has("prefill") ? speed(object(program, "prefill")) : null,
                        program.has("decode") ? speed(object(program, "decode")) : null)));
        return new ResultsFile.Model(
                text(node, "file"),
                number(node, "bytes"),
                (int) number(node, "prompt"),
                (int) number(node, "new"),
                (int) number(node, "threads"),
                programs);
    }

    private ResultsFile.Speed speed(JsonNode node) {
        return new ResultsFile.Speed(
                positive(node, "median_ms"),
                positive(node, "p10_ms"),
                positive(node, "p90_ms"),
                positive(node, "tokens_per_s"),
                (int) number(node, "repeats"));
    }

    private ResultsFile.Device device(JsonNode node) {
        JsonNode ceilings = node.path("ceilings");
        return new ResultsFile.Device(
                text(node, "engine"),
                text(node, "id"),
                text(node, "name"),
                node.has("kind") ? text(node, "kind") : "",
                text(node, "backend"),
                oneOf(node, "status", "measured", "skipped"),
                optionalText(node, "reason"),
                versions(node),
                (int) optionalNumber(ceilings, "threads"),
                optionalNumber(ceilings, ceilings.has("gflops") ? "gflops" : "sgemm_gflops"), // until version 3
                optionalNumber(ceilings, "read_gbytes_per_s"),
                optionalNumber(ceilings, "copy_gbytes_per_s"),
                ceilings.has("gflops") ? optionalNumber(ceilings, "sgemm_gflops") : Double.NaN,
                ceilings.has("status") ? oneOf(ceilings, "status", "ok", "failed", "refused") : null,
                optionalText(ceilings, "problem"));
    }

    private Map<String, String> versions(JsonNode device) {
        Map<String, String> versions = new LinkedHashMap<>();
        if (device.has("versions")) {
            object(device, "versions").properties().forEach(e -> versions.put(e.getKey(), text(e.getValue())));
        }
        return versions;
    }

    private ResultsFile.Transfer transfer(JsonNode node) {
        return new ResultsFile.Transfer(
                text(node, "engine"),
                text(node, "device"),
                positive(node, "bytes"),
                oneOf(node, "status", "ok", "failed", "refused"),
                optionalText(node, "problem"),
                positive(node, "median_ms"),
                positive(node, "in_gbytes_per_s"),
                positive(node, "out_gbytes_per_s"));
    }

    private ResultsFile.Ratio ratio(String name, JsonNode node) {
        return new ResultsFile.Ratio(
                name,
                text(node, "meaning"),
                number(node, "ratio"),
                number(node, "subject"),
                number(node, "baseline"),
                text(node, "unit"));
    }

    private ResultsFile.Row row(JsonNode node) {
        JsonNode shape = object(node, "shape");
        Map<String, Integer> lengths = new LinkedHashMap<>();
        for (String axis : List.of("B", "T", "H", "HV", "K", "V", "householders")) {
            double length = number(shape, axis);
            if (length != Math.rint(length) || length < 0 || length > Integer.MAX_VALUE) {
                throw wrong("shape." + axis, "a whole number from 0", shape.get(axis));
            }
            lengths.put(axis, (int) length);
        }
        return new ResultsFile.Row(
                text(node, "suite"),
                text(node, "name"),
                node.has("subject") ? oneOf(node, "subject", "operation", "gradient", "layer", "model") : "operation",
                oneOf(node, "direction", "forward", "backward", "decode"),
                text(node, "engine"),
                text(node, "device"),
                text(node, "variant"),
                oneOf(node, "form", "chunk", "recurrent"),
                (int) optionalNumber(node, "chunk_size"),
                lengths,
                text(shape, "gate"),
                numbers(node),
                node.has("tensors") ? oneOf(node, "tensors", "host", "device") : "host",
                (int) optionalNumber(node, "context"),
                oneOf(node, "status", "ok", "wrong", "failed", "refused"),
                optionalText(node, "problem"),
                optionalNumber(node.path("verification"), "ratio"),
                number(node, "flops"),
                number(node, "bytes"),
                positive(node, "median_ms"),
                positive(node, "p10_ms"),
                positive(node, "p90_ms"),
                new ResultsFile.Parts(
                        notNegative(node, "kernel_ms"),
                        notNegative(node, "copy_in_ms"),
                        notNegative(node, "copy_out_ms"),
                        notNegative(node, "energy_mj")),
                new ResultsFile.First(positive(node, "first_run_ms"), notNegative(node, "compile_ms")),
                (int) optionalNumber(node, "repeats"));
    }

    private ResultsFile.RowNumbers numbers(JsonNode node) {
        String usual = ResultsFile.RowNumbers.FLOAT32;
        return new ResultsFile.RowNumbers(
                node.has("precision") ? oneOf(node, "precision", usual, "tensor", "tensor2") : usual,
                node.has("storage") ? oneOf(node, "storage", usual, "bfloat16", "float16") : usual);
    }

    private JsonNode object(JsonNode node, String name) {
        JsonNode found = node.path(name);
        if (!found.isObject()) {
            throw wrong(name, "an object", found);
        }
        return found;
    }

    private JsonNode array(JsonNode node, String name) {
        JsonNode found = node.path(name);
        if (!found.isArray()) {
            throw wrong(name, "an array", found);
        }
        return found;
    }

    private String text(JsonNode node, String name) {
        JsonNode found = node.path(name);
        if (!found.isTextual()) {
            throw wrong(name, "a text", found);
        }
        return found.asText();
    }

    private String text(JsonNode found) {
        if (!found.isTextual()) {
            throw wrong("versions", "texts", found);
        }
        return found.asText();
    }

    private String optionalText(JsonNode node, String name) {
        return node.path(name).isNull() || node.path(name).isMissingNode() ? null : text(node, name);
    }

    private String oneOf(JsonNode node, String name, String... values) {
        String found = text(node, name);
        if (!List.of(values).contains(found)) {
            throw wrong(name, String.join(", ", values), node.get(name));
        }
        return found;
    }

    private double number(JsonNode node, String name) {
        JsonNode found = node.path(name);
        if (!found.isNumber() || !Double.isFinite(found.asDouble())) {
            throw wrong(name, "a number", found);
        }
        return found.asDouble();
    }

    private double optionalNumber(JsonNode node, String name) {
        return node.path(name).isNull() || node.path(name).isMissingNode() ? Double.NaN : number(node, name);
    }

    private double positive(JsonNode node, String name) {
        double found = optionalNumber(node, name);
        if (found <= 0) {
            throw wrong(name, "a number above 0", node.get(name));
        }
        return found;
    }

    private double notNegative(JsonNode node, String name) {
        double found = optionalNumber(node, name);
        if (found < 0) {
            throw wrong(name, "a number from 0", node.get(name));
        }
        return found;
    }

    private InvalidInputException wrong(String field, String expected, JsonNode found) {
        String text = found.isMissingNode() ? "nothing" : found.toString();
        return new InvalidInputException(where + ": " + field + ": expected " + expected + " but found "
                + (text.length() > 60 ? text.substring(0, 60) + "..." : text) + "; measure again with this version");
    }
}
