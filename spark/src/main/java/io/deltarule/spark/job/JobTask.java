package io.deltarule.spark.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.models.corpus.CorpusTask;
import io.deltarule.models.corpus.Embedding;
import io.deltarule.models.corpus.Generated;
import io.deltarule.models.corpus.Generation;
import io.deltarule.models.corpus.Scored;
import io.deltarule.models.corpus.Scoring;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.Sampling;
import java.io.Serializable;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What a job computes of each text, and how that is written.
 *
 * @param <R> the kind of result
 * @param task what is computed
 * @param writer a result's fields in a line of JSON
 * @param schema the types of these fields
 */
record JobTask<R>(CorpusTask<R> task, Writer<R> writer, StructType schema) implements Serializable {
    /** Adds a result's fields to a line. */
    interface Writer<R> extends Serializable {
        void write(R result, ObjectNode line);
    }

    /**
     * A configuration's.
     *
     * @param model how the model's makers want tokens chosen, for what the configuration does not say
     */
    static JobTask<?> of(JobConfig config, Sampling model) {
        return switch (config.command()) {
            case "perplexity" -> scoring(config.tokens());
            case "generate" -> generation(config, model);
            default -> embedding(config);
        };
    }

    private static JobTask<Scored> scoring(boolean tokens) {
        StructType schema = new StructType()
                .add("perplexity", DataTypes.DoubleType)
                .add("mean_loss", DataTypes.DoubleType)
                .add("predicted", DataTypes.LongType);
        if (tokens) {
            schema = schema.add("ids", DataTypes.createArrayType(DataTypes.IntegerType))
                    .add("log_probabilities", DataTypes.createArrayType(DataTypes.DoubleType));
        }
        return new JobTask<>(new Scoring(tokens), JobTask::write, schema);
    }

    private static void write(Scored scored, ObjectNode line) {
        line.put("perplexity", scored.perplexity())
                .put("mean_loss", scored.meanLoss())
                .put("predicted", scored.predicted());
        if (scored.ids() != null) {
            write(line.putArray("ids"), scored.ids());
            ArrayNode logs = line.putArray("log_probabilities");
            for (double log : scored.logProbabilities()) {
                if (Double.isNaN(log)) {
                    logs.addNull();
                } else {
                    logs.add(log);
                }
            }
        }
    }

    private static void write(ArrayNode array, int[] numbers) {
        for (int number : numbers) {
            array.add(number);
        }
    }

    private static JobTask<Generated> generation(JobConfig config, Sampling model) {
        Sampling sampling = new Sampling(
                config.temperature() == null ? model.temperature() : config.temperature(),
                config.topK() == null ? model.topK() : config.topK(),
                config.topP() == null ? model.topP() : config.topP(),
                config.minP() == null ? model.minP() : config.minP(),
                config.repetitionPenalty() == null ? model.repetitionPenalty() : config.repetitionPenalty(),
                config.presencePenalty() == null ? model.presencePenalty() : config.presencePenalty(),
                config.seed());
        StructType schema = new StructType()
                .add("text", DataTypes.StringType)
                .add("ids", DataTypes.createArrayType(DataTypes.IntegerType))
                .add("finish", DataTypes.StringType);
        Set<Integer> ends = config.ignoreEos() ? Set.of() : null;
        return new JobTask<>(
                new Generation(new GenerationOptions(config.maxNewTokens(), sampling, ends), config.stops()),
                (made, line) -> {
                    line.put("text", made.text());
                    write(line.putArray("ids"), made.ids());
                    line.put("finish", made.finish().name().toLowerCase(Locale.ROOT));
                },
                schema);
    }

    private static JobTask<float[]> embedding(JobConfig config) {
        return new JobTask<>(
                new Embedding(Embedding.Kind.named(config.embedding()), config.layer()),
                (vector, line) -> {
                    ArrayNode array = line.putArray("embedding");
                    for (float number : vector) {
                        array.add(number);
                    }
                },
                new StructType().add("embedding", DataTypes.createArrayType(DataTypes.FloatType)));
    }
}
