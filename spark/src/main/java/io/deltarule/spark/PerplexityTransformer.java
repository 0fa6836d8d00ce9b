package io.deltarule.spark;

import io.deltarule.models.corpus.CorpusTask;
import io.deltarule.models.corpus.Scored;
import io.deltarule.models.corpus.Scoring;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * How well a model predicts each text, after the prefix if there is one: a column {@code score} of
 * {@code struct<perplexity: double, mean_loss: double, predicted: bigint>}.
 */
public final class PerplexityTransformer extends TextTransformer<Scored, PerplexityTransformer> {
    private static final StructType SCORE = new StructType()
            .add("perplexity", DataTypes.DoubleType)
            .add("mean_loss", DataTypes.DoubleType)
            .add("predicted", DataTypes.LongType);

    /** A new one. */
    public PerplexityTransformer() {
        this(freshUid("perplexity"));
    }

    /** One of that name, for Spark. */
    public PerplexityTransformer(String uid) {
        super(uid, "score");
    }

    /** Reads a saved one. */
    public static MLReader<PerplexityTransformer> read() {
        return new DefaultParamsReader<>();
    }

    /** Reads a saved one. */
    public static PerplexityTransformer load(String path) {
        return read().load(path);
    }

    @Override
    PerplexityTransformer self() {
        return this;
    }

    @Override
    CorpusTask<Scored> task() {
        return new Scoring(false);
    }

    @Override
    DataType type() {
        return SCORE;
    }

    @Override
    RowFunction.Value<Scored> value() {
        return scored -> RowFactory.create(scored.perplexity(), scored.meanLoss(), scored.predicted());
    }
}
