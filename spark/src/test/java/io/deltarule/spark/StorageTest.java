package io.deltarule.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import io.deltarule.models.corpus.CorpusModel;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In what numbers a model computes. */
class StorageTest {
    @TempDir
    Path temp;

    /** An engine that does not have it, and is not known to the driver, says so: it gets there. */
    @Test
    void aTransformersIsWhatTheExecutorsEngineIsAskedFor() {
        Path model = CorpusModel.unpack("delta_net", temp.resolve("model"));
        PerplexityTransformer transformer = new PerplexityTransformer()
                .setModel(model.toString())
                .setEngine(NumberedGpus.NAME)
                .setDevice("test:0")
                .setInputCol("value");
        Dataset<String> texts = LocalSpark.session().createDataset(List.of("some words"), Encoders.STRING());
        assertEquals(1, transformer.transform(texts).count());
        Dataset<Row> half = transformer.setStorage("bfloat16").transform(texts);
        String message = assertThrows(SparkException.class, half::collectAsList).getMessage();
        assertTrue(message.contains("storage: engine cpu expected float32 but found bfloat16"), message);
    }

    @Test
    void segmentsAreFloat32() {
        ModelConfig half = new ModelConfig("model", null, "tornado", null, Storage.FLOAT16, 0, null);
        assertEquals(
                "storage: expected float32, in which segments are computed, but found float16; leave it out",
                assertThrows(InvalidInputException.class, () -> new LongSequence(half, 16))
                        .getMessage());
    }
}
