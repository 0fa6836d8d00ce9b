package io.deltarule.spark;

import io.deltarule.models.corpus.CorpusTask;
import io.deltarule.models.corpus.Embedding;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.DataType;

/**
 * Each text as a vector, a column {@code embedding} of Spark ML's vectors: the hidden row after its last token, or the recurrent state there.
 */
public final class EmbedTransformer extends TextTransformer<float[], EmbedTransformer> {
    private final Param<String> kind;
    private final IntParam layer;

    /** A new one. */
    public EmbedTransformer() {
        this(freshUid("embed"));
    }

    /** One of that name, for Spark. */
    public EmbedTransformer(String uid) {
        super(uid, "embedding");
        kind = new Param<>(this, "kind", "hidden or state");
        layer = new IntParam(this, "layer", "of a state: which delta rule's, from 0, or -1 for all of them");
        setDefault(kind, Embedding.Kind.HIDDEN.id());
        setDefault(layer, Embedding.ALL_LAYERS);
    }

    /** Reads a saved one. */
    public static MLReader<EmbedTransformer> read() {
        return new DefaultParamsReader<>();
    }

    /** Reads a saved one. */
    public static EmbedTransformer load(String path) {
        return read().load(path);
    }

    /** Parameter: hidden or state. */
    public Param<String> kind() {
        return kind;
    }

    /** Parameter: which delta rule's state. */
    public IntParam layer() {
        return layer;
    }

    /** Sets what the vector is made of, hidden or state. */
    public EmbedTransformer setKind(String name) {
        return with(kind, name);
    }

    /** Sets which delta rule's state, or -1 for all of them. */
    public EmbedTransformer setLayer(int number) {
        return with(layer, number);
    }

    @Override
    EmbedTransformer self() {
        return this;
    }

    @Override
    CorpusTask<float[]> task() {
        return new Embedding(Embedding.Kind.named(valueOf(kind)), intOf(layer));
    }

    @Override
    DataType type() {
        return SQLDataTypes.VectorType();
    }

    @Override
    RowFunction.Value<float[]> value() {
        return vector -> {
            double[] wide = new double[vector.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = vector[i];
            }
            return Vectors.dense(wide);
        };
    }
}
