package io.deltarule.models.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.loader.TensorInfo;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One RWKV-7 model with the tensors of other writers: the same logits, bit for bit. */
class Rwkv7NamesTest {
    private static final long[] IDS = {3, 50, 7, 200, 7, 331, 0};

    @TempDir
    private Path folder;

    /** A tensor as it is written. */
    @SuppressWarnings("ArrayRecordComponent") // made here, never compared
    private record Stored(long[] shape, float[] values) {
        /** Rows and columns change places. */
        Stored transposed() {
            int rows = (int) shape[0];
            int columns = (int) shape[1];
            float[] moved = new float[values.length];
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    moved[j * rows + i] = values[i * columns + j];
                }
            }
            return new Stored(new long[] {columns, rows}, moved);
        }
    }

    private static Path published() throws URISyntaxException {
        return Path.of(Rwkv7NamesTest.class.getResource("/published/rwkv7").toURI());
    }

    private static Map<String, Stored> tensors() throws URISyntaxException {
        Map<String, Stored> all = new TreeMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(published().resolve("model.safetensors"))) {
            for (TensorInfo info : file.tensors()) {
                all.put(info.name(), new Stored(info.shape(), file.readFloats(info.name())));
            }
        }
        return all;
    }

    /** @param config what is changed in the config, pairs of old and new */
    private float[] logits(Map<String, Stored> tensors, String... config) throws IOException, URISyntaxException {
        String json = Files.readString(published().resolve("config.json"));
        for (int i = 0; i < config.length; i += 2) {
            json = json.replace(config[i], config[i + 1]);
        }
        Path model = Files.createTempDirectory(folder, "m");
        Files.writeString(model.resolve("config.json"), json);
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.forEach((name, tensor) -> writer.addFloats(name, tensor.shape(), tensor.values()));
        writer.write(model.resolve("model.safetensors"));
        try (ModelFolder opened = ModelFolder.open(model);
                ModelRun run = new ModelRun(opened, new ReferenceEngine(), IDS.length)) {
            return run.logits(IDS).toArray();
        }
    }

    /** Ranks that the config has wrong are the tensors'. */
    @Test
    void theAuthorsNamesAreRead() throws IOException, URISyntaxException {
        Map<String, Stored> authors = new TreeMap<>();
        tensors().forEach((name, tensor) -> {
            String own = authors(name);
            authors.put(own, own.matches(".*\\.att\\.[wavg][12]") ? tensor.transposed() : tensor);
        });
        for (String unused : new String[] {"v0", "v1", "v2"}) { // the first layer's are there and say nothing
            authors.put("blocks.0.att." + unused, new Stored(new long[] {2, 2}, new float[4]));
        }
        String[] sameKeys = {"\"fuse_norm\": true", "\"fuse_norm\": false"};
        assertArrayEquals(
                logits(tensors(), sameKeys),
                logits(authors, "\"decay_low_rank_dim\": 8", "\"decay_low_rank_dim\": 64", "9", "90"));
    }

    private static String authors(String name) {
        String own = name.replace("model.embeddings", "emb")
                .replace("model.norm", "ln_out")
                .replace("lm_head", "head")
                .replace("model.layers", "blocks")
                .replace(".pre_norm", ".ln0")
                .replace(".attn_norm", ".ln1")
                .replace(".ffn_norm", ".ln2")
                .replace(".attn.", ".att.")
                .replace("r_proj", "receptance")
                .replace("k_proj", "key")
                .replace("v_proj", "value")
                .replace("o_proj", "output")
                .replace("g_norm", "ln_x");
        return own.replace("_lora.lora.0.weight", "1")
                .replace("_lora.lora.2.weight", "2")
                .replace("_lora.lora.2.bias", "0");
    }

    @Test
    void sixMixesInOneTensorAreRead() throws IOException, URISyntaxException {
        Map<String, Stored> older = tensors();
        for (int layer = 0; layer < 4; layer++) {
            float[] fused = new float[6 * 80];
            for (int i = 0; i < 6; i++) {
                Stored mix = older.remove("model.layers." + layer + ".attn.x_" + "rwkvag".charAt(i));
                System.arraycopy(mix.values(), 0, fused, i * 80, 80);
            }
            older.put("model.layers." + layer + ".attn.x_x", new Stored(new long[] {6, 80}, fused));
        }
        assertEquals(6 * 80, older.get("model.layers.3.attn.x_x").values().length);
        assertArrayEquals(logits(tensors()), logits(older));
    }

    /** Two layers' ranks need not agree. */
    @Test
    void aLayersRankIsItsOwn() throws IOException, URISyntaxException {
        Map<String, Stored> wider = tensors();
        for (String part : new String[] {"0.weight", "2.weight"}) {
            wider.computeIfPresent("model.layers.2.attn.v_lora.lora." + part, (name, tensor) -> {
                Stored rows = part.startsWith("0") ? tensor : tensor.transposed();
                float[] more = Arrays.copyOf(rows.values(), 80 * 6); // one more, of zeros
                Stored wide = new Stored(new long[] {6, 80}, more);
                return part.startsWith("0") ? wide : wide.transposed();
            });
        }
        assertArrayEquals(logits(tensors()), logits(wider));
    }
}
