package io.deltarule.spark.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.InvalidInputException;
import java.util.List;
import java.util.Locale;

/**
 * What a job does, as the command line hands it over, in JSON.
 *
 * @param command perplexity, generate or embed
 * @param model a folder or a GGUF file, as every machine sees it
 * @param type the model type that it is read as, or null
 * @param engine reference, cpu, tornado or auto
 * @param device one of the engine's, or null
 * @param storage float32, bfloat16 or float16
 * @param threads of the cpu engine per task, or 0 for spark.task.cpus
 * @param inputs files, folders of files, or patterns of them
 * @param format parquet, jsonl, text or auto, which goes by the names
 * @param textColumn the column or field that has the text
 * @param idColumn the one that tells rows apart, or null
 * @param prefixColumn the one that has what comes before a text, or null
 * @param prefix what comes before all texts, or null
 * @param output the folder that gets the results
 * @param outputFormat jsonl, or parquet for a copy of all results in that format when the job is done
 * @param rowsPerPart rows of one file of results: what is computed again after a failure; 0 chooses by the corpus and the machines
 * @param piece most tokens of one run
 * @param sequences most texts of one run
 * @param context most tokens of a text, or 0 for the model's own
 * @param tokens perplexity: whether every token's log-probability is written
 * @param maxNewTokens generate: most new tokens
 * @param temperature generate; null for what the model says, as the next five
 * @param topK generate
 * @param topP generate
 * @param minP generate
 * @param repetitionPenalty generate
 * @param presencePenalty generate
 * @param seed generate: the whole corpus's
 * @param stops generate: texts before which a text ends
 * @param ignoreEos generate: whether to go on after the model's stop tokens
 * @param embedding embed: hidden or state
 * @param layer embed: which delta rule's state, or -1 for all
 */
public record JobConfig(
        String command,
        String model,
        String type,
        String engine,
        String device,
        String storage,
        int threads,
        List<String> inputs,
        String format,
        String textColumn,
        String idColumn,
        String prefixColumn,
        String prefix,
        String output,
        String outputFormat,
        int rowsPerPart,
        int piece,
        int sequences,
        int context,
        boolean tokens,
        int maxNewTokens,
        Double temperature,
        Integer topK,
        Double topP,
        Double minP,
        Double repetitionPenalty,
        Double presencePenalty,
        long seed,
        List<String> stops,
        boolean ignoreEos,
        String embedding,
        int layer) {
    static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /**
     * Checks names and numbers.
     *
     * @throws InvalidInputException naming the first that cannot be right
     */
    public JobConfig {
        inputs = List.copyOf(inputs);
        stops = stops == null ? List.of() : List.copyOf(stops);
        oneOf("command", command, "perplexity", "generate", "embed");
        oneOf("--input-format", format, "auto", "parquet", "jsonl", "text");
        oneOf("--output-format", outputFormat, "jsonl", "parquet");
        if (inputs.isEmpty()) {
            throw new InvalidInputException("--input: expected at least one file, folder or pattern but found none");
        }
        if (prefix != null && prefixColumn != null) {
            throw new InvalidInputException(
                    "--prefix-column: expected it or --prefix but found both; leave one of them out");
        }
        if (rowsPerPart < 0) {
            throw new InvalidInputException(
                    "--rows-per-part: expected 1 or more, or 0 to have it chosen, but found " + rowsPerPart);
        }
    }

    private static void oneOf(String what, String found, String... expected) {
        if (!List.of(expected).contains(found)) {
            throw new InvalidInputException(what + ": expected "
                    + String.join(", ", expected).replaceFirst(", ([^,]*)$", " or $1") + " but found '" + found + "'");
        }
    }

    /** Reads one. */
    public static JobConfig parse(String json) {
        return parse(json, JobConfig.class);
    }

    /** Reads what a job of any kind does. */
    static <C> C parse(String json, Class<C> kind) {
        try {
            return JSON.readValue(json, kind);
        } catch (JsonProcessingException e) {
            if (e.getCause() instanceof InvalidInputException inner) {
                throw inner;
            }
            throw new InvalidInputException(String.format(
                    Locale.ROOT,
                    "job: expected the JSON of a job but found what cannot be read: %s",
                    e.getOriginalMessage()));
        }
    }

    /** As JSON. */
    public String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
