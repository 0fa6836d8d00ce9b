package io.deltarule.spark;

import io.deltarule.models.corpus.CorpusTask;
import io.deltarule.models.corpus.Scored;
import io.deltarule.models.corpus.Scoring;
import java.util.Arrays;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The log-probability of every token of each text: a column {@code tokens} of
 * {@code struct<ids: array<int>, log_probabilities: array<double>>}, null for a token that nothing comes before.
 */
public final class LogProbabilityTransformer extends TextTransformer<Scored, LogProbabilityTransformer> {
    private static final StructType TOKENS = new StructType()
            .add("ids", DataTypes.createArrayType(DataTypes.IntegerType, false))
            .add("log_probabilities", DataTypes.createArrayType(DataTypes.DoubleType, true));

    /** A new one. */
    public LogProbabilityTransformer() {
        this(freshUid("logprobabilities"));
    }

    /** One of that name, for Spark. */
    public LogProbabilityTransformer(String uid) {
        super(uid, "tokens");
    }

    /** Reads a saved one. */
    public static MLReader<LogProbabilityTransformer> read() {
        return new DefaultParamsReader<>();
    }

    /** Reads a saved one. */
    public static LogProbabilityTransformer load(String path) {
        return read().load(path);
    }

    @Override
    LogProbabilityTransformer self() {
        return this;
    }

    @Override
    CorpusTask<Scored> task() {
        return new Scoring(true);
    }

    @Override
    DataType type() {
        return TOKENS;
    }

    @Override
    RowFunction.Value<Scored> value() {
        return scored -> RowFactory.create(
                Arrays.stream(scored.ids()).boxed().toArray(Integer[]::new),
                Arrays.stream(scored.logProbabilities())
                        .mapToObj(log -> Double.isNaN(log) ? null : log)
                        .toArray(Double[]::new));
    }
}
