package io.deltarule.bench.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * What llama-bench said.
 *
 * @param version number and commit of its build
 * @param backends what it computed with, by its own words
 * @param prefillNanos of each repeat: the whole prompt
 * @param tokenNanos of each repeat: one new token on average
 */
public record LlamaBenchReport(String version, String backends, List<Double> prefillNanos, List<Double> tokenNanos) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN = 60;

    static LlamaBenchReport parse(String text, LlamaBench.Task task, String command) {
        JsonNode tests;
        try {
            tests = JSON.readTree(text);
        } catch (JsonProcessingException notJson) {
            tests = null;
        }
        if (tests == null || !tests.isArray()) {
            throw wrong("a JSON list of tests", excerpt(text), command);
        }
        JsonNode prefill = test(tests, task.prompt(), 0, command);
        JsonNode decode = test(tests, 0, task.fresh(), command);
        return new LlamaBenchReport(
                prefill.path("build_number").asText("?") + " ("
                        + prefill.path("build_commit").asText("?") + ")",
                prefill.path("backends").asText("?"),
                nanos(prefill, 1, command),
                nanos(decode, task.fresh(), command));
    }

    private static JsonNode test(JsonNode tests, int prompt, int fresh, String command) {
        for (JsonNode test : tests) {
            if (test.path("n_prompt").asInt(-1) == prompt && test.path("n_gen").asInt(-1) == fresh) {
                return test;
            }
        }
        throw wrong(
                "a test with n_prompt " + prompt + " and n_gen " + fresh,
                "none among " + tests.size() + " tests",
                command);
    }

    private static List<Double> nanos(JsonNode test, int parts, String command) {
        List<Double> all = new ArrayList<>();
        for (JsonNode sample : test.path("samples_ns")) {
            all.add(sample.asDouble() / parts);
        }
        if (all.isEmpty() || all.stream().anyMatch(n -> !(n > 0))) {
            throw wrong("samples_ns above 0", excerpt(test.path("samples_ns").toString()), command);
        }
        return all;
    }

    /** Both of two reports of one program. */
    public LlamaBenchReport and(LlamaBenchReport more) {
        return new LlamaBenchReport(
                version, backends, joined(prefillNanos, more.prefillNanos), joined(tokenNanos, more.tokenNanos));
    }

    private static List<Double> joined(List<Double> a, List<Double> b) {
        return DoubleStream.concat(a.stream().mapToDouble(x -> x), b.stream().mapToDouble(x -> x))
                .boxed()
                .toList();
    }

    private static String excerpt(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.isEmpty()
                ? "nothing"
                : "'" + (line.length() > SHOWN ? line.substring(0, SHOWN) + "..." : line) + "'";
    }

    private static InvalidInputException wrong(String expected, String found, String command) {
        return new InvalidInputException("--llama-bench: expected " + expected + " from " + command + " but found "
                + found + "; name llama.cpp's own llama-bench, of a version that knows -o json");
    }
}
