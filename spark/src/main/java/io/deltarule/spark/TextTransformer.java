package io.deltarule.spark;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import io.deltarule.models.corpus.CorpusOptions;
import io.deltarule.models.corpus.CorpusTask;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Adds two columns to a DataFrame of texts: what a model says of each row's text, and why it says nothing where the text is one that
 * cannot be computed. Rows keep their order within a partition, none is lost and none is doubled.
 *
 * @param <R> the kind of result
 * @param <T> the transformer itself
 */
public abstract sealed class TextTransformer<R, T extends TextTransformer<R, T>> extends Transformer
        implements DefaultParamsWritable
        permits PerplexityTransformer, LogProbabilityTransformer, GenerateTransformer, EmbedTransformer {
    private final String uid;
    private final Param<String> model;
    private final Param<String> modelType;
    private final Param<String> engine;
    private final Param<String> device;
    private final Param<String> storage;
    private final IntParam threads;
    private final IntParam piece;
    private final IntParam sequences;
    private final IntParam context;
    private final Param<String> inputCol;
    private final Param<String> outputCol;
    private final Param<String> problemCol;
    private final Param<String> keyCol;
    private final Param<String> prefixCol;
    private final Param<String> prefix;

    TextTransformer(String uid, String output) {
        this.uid = uid;
        model = new Param<>(this, "model", "the model's folder, or a GGUF file, as every executor sees it");
        modelType =
                new Param<>(this, "modelType", "the model_type that the folder is read as, whatever its config says");
        engine = new Param<>(this, "engine", "reference, cpu, tornado or auto");
        device = new Param<>(
                this,
                "device",
                "one of the engine's devices, or as opencl:0:*; else the GPU that Spark assigns to the task");
        storage = new Param<>(this, "storage", "float32, bfloat16 or float16: numbers of activations");
        threads = new IntParam(this, "threads", "of the cpu engine per task; 0 for spark.task.cpus");
        piece = new IntParam(this, "piece", "most tokens of one run");
        sequences = new IntParam(this, "sequences", "most texts of one run");
        context = new IntParam(this, "context", "most tokens of a text; 0 for what the model was made for");
        inputCol = new Param<>(this, "inputCol", "the column of texts");
        outputCol = new Param<>(this, "outputCol", "the column that is added");
        problemCol = new Param<>(this, "problemCol", "the column of problems that is added; else outputCol + _problem");
        keyCol = new Param<>(this, "keyCol", "the column that tells rows apart, for their seeds; else the text itself");
        prefixCol = new Param<>(this, "prefixCol", "the column of texts that come before, shared by many rows");
        prefix = new Param<>(this, "prefix", "the text that comes before all rows, where there is no prefixCol");
        setDefault(engine, "cpu");
        setDefault(storage, Storage.FLOAT32.id());
        setDefault(threads, 0);
        setDefault(piece, CorpusOptions.DEFAULT.piece());
        setDefault(sequences, CorpusOptions.DEFAULT.sequences());
        setDefault(context, CorpusOptions.DEFAULT.context());
        setDefault(inputCol, "text");
        setDefault(outputCol, output);
    }

    static String freshUid(String name) {
        return Identifiable$.MODULE$.randomUID(name);
    }

    abstract T self();

    /** What is computed of each text. */
    abstract CorpusTask<R> task();

    /** The type of the column that is added. */
    abstract DataType type();

    /** A result as that column's value; refers to no transformer, since it is sent to executors. */
    abstract RowFunction.Value<R> value();

    @Override
    public String uid() {
        return uid;
    }

    /** Parameter: the model's folder, or a GGUF file. */
    public Param<String> model() {
        return model;
    }

    /** Parameter: the type that it is read as. */
    public Param<String> modelType() {
        return modelType;
    }

    /** Parameter: the engine's name. */
    public Param<String> engine() {
        return engine;
    }

    /** Parameter: the engine's device. */
    public Param<String> device() {
        return device;
    }

    /** Parameter: numbers of activations. */
    public Param<String> storage() {
        return storage;
    }

    /** Parameter: threads of the cpu engine. */
    public IntParam threads() {
        return threads;
    }

    /** Parameter: most tokens of one run. */
    public IntParam piece() {
        return piece;
    }

    /** Parameter: most texts of one run. */
    public IntParam sequences() {
        return sequences;
    }

    /** Parameter: most tokens of a text. */
    public IntParam context() {
        return context;
    }

    /** Parameter: the column of texts. */
    public Param<String> inputCol() {
        return inputCol;
    }

    /** Parameter: the column that is added. */
    public Param<String> outputCol() {
        return outputCol;
    }

    /** Parameter: the column of problems that is added. */
    public Param<String> problemCol() {
        return problemCol;
    }

    /** Parameter: the column that tells rows apart. */
    public Param<String> keyCol() {
        return keyCol;
    }

    /** Parameter: the column of prefixes. */
    public Param<String> prefixCol() {
        return prefixCol;
    }

    /** Parameter: the prefix of all rows. */
    public Param<String> prefix() {
        return prefix;
    }

    /** Sets the model's folder, or a GGUF file. */
    public T setModel(String path) {
        return with(model, path);
    }

    /** Sets the type that it is read as. */
    public T setModelType(String type) {
        return with(modelType, type);
    }

    /** Sets the engine. */
    public T setEngine(String name) {
        return with(engine, name);
    }

    /** Sets the engine's device. */
    public T setDevice(String id) {
        return with(device, id);
    }

    /** Sets in what numbers activations are kept, and weights that are not kept as their file has them. */
    public T setStorage(String id) {
        return with(storage, id);
    }

    /** Sets the cpu engine's threads per task. */
    public T setThreads(int count) {
        return with(threads, count);
    }

    /** Sets the most tokens of one run. */
    public T setPiece(int tokens) {
        return with(piece, tokens);
    }

    /** Sets the most texts of one run. */
    public T setSequences(int count) {
        return with(sequences, count);
    }

    /** Sets the most tokens of a text. */
    public T setContext(int tokens) {
        return with(context, tokens);
    }

    /** Sets the column of texts. */
    public T setInputCol(String name) {
        return with(inputCol, name);
    }

    /** Sets the column that is added. */
    public T setOutputCol(String name) {
        return with(outputCol, name);
    }

    /** Sets the column of problems. */
    public T setProblemCol(String name) {
        return with(problemCol, name);
    }

    /** Sets the column that tells rows apart. */
    public T setKeyCol(String name) {
        return with(keyCol, name);
    }

    /** Sets the column of prefixes. */
    public T setPrefixCol(String name) {
        return with(prefixCol, name);
    }

    /** Sets the prefix of all rows. */
    public T setPrefix(String text) {
        return with(prefix, text);
    }

    final <V> T with(Param<V> param, V value) {
        set(param, value);
        return self();
    }

    final <V> V valueOf(Param<V> param) {
        return isDefined(param) ? getOrDefault(param) : null;
    }

    final int intOf(IntParam param) {
        return (Integer) getOrDefault(param);
    }

    private ModelConfig config() {
        return new ModelConfig(
                valueOf(model),
                valueOf(modelType),
                valueOf(engine),
                valueOf(device),
                Storage.of(valueOf(storage)),
                intOf(threads),
                null);
    }

    private String problems() {
        return isDefined(problemCol) ? valueOf(problemCol) : valueOf(outputCol) + "_problem";
    }

    /**
     * The schema with the two columns added.
     *
     * @throws InvalidInputException if a column is missing, of another type, or there already
     */
    @Override
    public StructType transformSchema(StructType schema) {
        StringColumn.check(schema, "inputCol", valueOf(inputCol));
        if (isDefined(prefixCol)) {
            StringColumn.check(schema, "prefixCol", valueOf(prefixCol));
        }
        if (isDefined(keyCol)) {
            StringColumn.checkThere(schema, "keyCol", valueOf(keyCol));
        }
        StringColumn.checkFree(schema, "outputCol", valueOf(outputCol));
        StringColumn.checkFree(schema, "problemCol", problems());
        return schema.add(valueOf(outputCol), type(), true).add(problems(), DataTypes.StringType, true);
    }

    private int place(StructType schema, Param<String> column) {
        return isDefined(column) ? schema.fieldIndex(valueOf(column)) : TextColumns.NONE;
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema());
        CorpusOptions options = new CorpusOptions(intOf(piece), intOf(sequences), intOf(context));
        StructType given = dataset.schema();
        TextColumns columns =
                new TextColumns(place(given, inputCol), place(given, keyCol), place(given, prefixCol), valueOf(prefix));
        RowFunction<R> function = new RowFunction<>(columns, new TextFunction<>(config(), task(), options), value());
        return dataset.toDF().mapPartitions(function, Encoders.row(schema));
    }

    @Override
    public Transformer copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
