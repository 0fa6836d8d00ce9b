package io.deltarule.spark;

import io.deltarule.models.corpus.CorpusTask;
import io.deltarule.models.corpus.Generated;
import io.deltarule.models.corpus.Generation;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.Sampling;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * How a model goes on with each text: a column {@code generated} of {@code struct<text: string, ids: array<int>, finish: string>}. A row's
 * seed comes from {@code seed} and from its key or text, so that it draws the same whatever the partitioning. Greedy by default.
 */
public final class GenerateTransformer extends TextTransformer<Generated, GenerateTransformer> {
    private static final StructType GENERATED = new StructType()
            .add("text", DataTypes.StringType)
            .add("ids", DataTypes.createArrayType(DataTypes.IntegerType, false))
            .add("finish", DataTypes.StringType);

    private final IntParam maxNewTokens;
    private final DoubleParam temperature;
    private final IntParam topK;
    private final DoubleParam topP;
    private final DoubleParam minP;
    private final DoubleParam repetitionPenalty;
    private final DoubleParam presencePenalty;
    private final LongParam seed;
    private final StringArrayParam stops;
    private final BooleanParam ignoreEos;

    /** A new one. */
    public GenerateTransformer() {
        this(freshUid("generate"));
    }

    /** One of that name, for Spark. */
    public GenerateTransformer(String uid) {
        super(uid, "generated");
        maxNewTokens = new IntParam(this, "maxNewTokens", "most new tokens per row");
        temperature = new DoubleParam(this, "temperature", "0 takes the likeliest token");
        topK = new IntParam(this, "topK", "draw from the K likeliest tokens; 0 for all");
        topP = new DoubleParam(this, "topP", "draw from the likeliest tokens that together reach P");
        minP = new DoubleParam(this, "minP", "draw from tokens at least P times as likely as the likeliest");
        repetitionPenalty = new DoubleParam(this, "repetitionPenalty", "above 1: what was there becomes less likely");
        presencePenalty = new DoubleParam(this, "presencePenalty", "above 0: what was made becomes less likely");
        seed = new LongParam(this, "seed", "one for all rows; a row's own comes from it and from its key or text");
        stops = new StringArrayParam(this, "stops", "texts before which a row's text ends");
        ignoreEos = new BooleanParam(this, "ignoreEos", "go on after the model's stop tokens");
        setDefault(maxNewTokens, 128);
        setDefault(temperature, 0.0);
        setDefault(topK, 0);
        setDefault(topP, 1.0);
        setDefault(minP, 0.0);
        setDefault(repetitionPenalty, 1.0);
        setDefault(presencePenalty, 0.0);
        setDefault(seed, 0L);
        setDefault(stops, new String[0]);
        setDefault(ignoreEos, false);
    }

    /** Reads a saved one. */
    public static MLReader<GenerateTransformer> read() {
        return new DefaultParamsReader<>();
    }

    /** Reads a saved one. */
    public static GenerateTransformer load(String path) {
        return read().load(path);
    }

    /** Parameter: most new tokens per row. */
    public IntParam maxNewTokens() {
        return maxNewTokens;
    }

    /** Parameter: temperature. */
    public DoubleParam temperature() {
        return temperature;
    }

    /** Parameter: how many of the likeliest. */
    public IntParam topK() {
        return topK;
    }

    /** Parameter: the likeliest that together reach it. */
    public DoubleParam topP() {
        return topP;
    }

    /** Parameter: how likely beside the likeliest. */
    public DoubleParam minP() {
        return minP;
    }

    /** Parameter: penalty on what was there. */
    public DoubleParam repetitionPenalty() {
        return repetitionPenalty;
    }

    /** Parameter: penalty on what was made. */
    public DoubleParam presencePenalty() {
        return presencePenalty;
    }

    /** Parameter: the seed of all rows. */
    public LongParam seed() {
        return seed;
    }

    /** Parameter: texts before which a row's text ends. */
    public StringArrayParam stops() {
        return stops;
    }

    /** Parameter: whether the model's stop tokens end nothing. */
    public BooleanParam ignoreEos() {
        return ignoreEos;
    }

    /** Sets the most new tokens per row. */
    public GenerateTransformer setMaxNewTokens(int count) {
        return with(maxNewTokens, count);
    }

    /** Sets the temperature, 0 for the likeliest token. */
    public GenerateTransformer setTemperature(double value) {
        return with(temperature, value);
    }

    /** Sets how many of the likeliest are drawn from. */
    public GenerateTransformer setTopK(int count) {
        return with(topK, count);
    }

    /** Sets what the likeliest that are drawn from reach together. */
    public GenerateTransformer setTopP(double value) {
        return with(topP, value);
    }

    /** Sets how likely beside the likeliest those are that are drawn from. */
    public GenerateTransformer setMinP(double value) {
        return with(minP, value);
    }

    /** Sets the penalty on what was there. */
    public GenerateTransformer setRepetitionPenalty(double value) {
        return with(repetitionPenalty, value);
    }

    /** Sets the penalty on what was made. */
    public GenerateTransformer setPresencePenalty(double value) {
        return with(presencePenalty, value);
    }

    /** Sets the seed of all rows. */
    public GenerateTransformer setSeed(long value) {
        return with(seed, value);
    }

    /** Sets texts before which a row's text ends. */
    public GenerateTransformer setStops(String... texts) {
        return with(stops, texts);
    }

    /** Sets whether the model's stop tokens end nothing. */
    public GenerateTransformer setIgnoreEos(boolean ignored) {
        return with(ignoreEos, ignored);
    }

    @Override
    GenerateTransformer self() {
        return this;
    }

    @Override
    CorpusTask<Generated> task() {
        Sampling sampling = new Sampling(
                (Double) getOrDefault(temperature),
                intOf(topK),
                (Double) getOrDefault(topP),
                (Double) getOrDefault(minP),
                (Double) getOrDefault(repetitionPenalty),
                (Double) getOrDefault(presencePenalty),
                (Long) getOrDefault(seed));
        Set<Integer> ends = (Boolean) getOrDefault(ignoreEos) ? Set.of() : null;
        return new Generation(
                new GenerationOptions(intOf(maxNewTokens), sampling, ends),
                List.copyOf(Arrays.asList(getOrDefault(stops))));
    }

    @Override
    DataType type() {
        return GENERATED;
    }

    @Override
    RowFunction.Value<Generated> value() {
        return made -> RowFactory.create(
                made.text(),
                Arrays.stream(made.ids()).boxed().toArray(Integer[]::new),
                made.finish().name().toLowerCase(Locale.ROOT));
    }
}
