package io.deltarule.models.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.SafetensorsWriter;
import io.deltarule.loader.TensorInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States on disk: as small as what is filled, and refused where they do not belong. */
class StateFileTest {
    @TempDir
    Path folder;

    private final LanguageModel model = TinyNetwork.model(new CpuEngine(2));
    private Path file;

    @BeforeEach
    void save() {
        file = folder.resolve("state");
        try (Session session = model.session(64)) {
            session.feed(new int[][] {TinyNetwork.ids(10, 1)});
            session.state(0).save(file, model.network());
        }
    }

    @Test
    void holdsCachesOnlyAsFarAsTheyAreFilled() {
        int[] keys = {0, 0};
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            for (TensorInfo tensor : read.tensors()) {
                if (tensor.name().endsWith(".keys")) {
                    keys[tensor.shape()[1] == TinyNetwork.WINDOW ? 0 : 1]++;
                    assertTrue(tensor.shape()[1] == TinyNetwork.WINDOW || tensor.shape()[1] == 10, tensor.toString());
                }
            }
            assertArrayEquals(new int[] {1, 1}, keys);
            assertEquals("10", read.metadata().get("positions"));
            assertEquals("deltarule-state/1", read.metadata().get("format"));
        }
        ModelState state = ModelState.load(file, model.network());
        assertArrayEquals(TinyNetwork.ids(10, 1), state.ids());
        assertTrue(state.bytes() < 20_000, "bytes " + state.bytes());
    }

    /** A delta model's state is as large after a thousand tokens as after one. */
    @Test
    void aDeltaStateDoesNotGrow() {
        StateLayout few = new StateLayout(model.network().body(), 10);
        StateLayout many = new StateLayout(model.network().body(), 100_000);
        assertEquals(few.fixedBytes(), many.fixedBytes());
        // 2 heads of 12 × 20, and of 12 × 20; convolutions of 3 inputs; 2 · 2 · 4 angles … as the file's tensors say
        long stored = 0;
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            for (TensorInfo tensor : read.tensors()) {
                if (tensor.name().matches("[0-9]{4}\\.(delta|convolution|angles)")) {
                    stored += tensor.byteSize();
                }
            }
        }
        assertEquals(stored, few.fixedBytes());
        // keys and values of 2 heads of 12: 192 bytes a token, in the window at most 7 tokens
        assertEquals(192 * (7 + 1000), many.cacheBytes(1000));
    }

    private void refused(String about) {
        RuntimeException e = assertThrows(IllegalArgumentException.class, () -> ModelState.load(file, model.network()));
        assertTrue(e.getMessage().contains(about), e.getMessage());
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    /** Writes the file again with other metadata and tensors. */
    private void rewrite(UnaryOperator<Map<String, String>> metadata, String leaveOut, long[] shape) {
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            SafetensorsWriter writer =
                    new SafetensorsWriter().metadata(metadata.apply(new LinkedHashMap<>(read.metadata())));
            for (TensorInfo tensor : read.tensors()) {
                boolean other = tensor.name().equals(leaveOut);
                if (!other || shape != null) {
                    writer.add(
                            tensor.name(), tensor.dtype(), other ? shape : tensor.shape(), read.tensor(tensor.name()));
                }
            }
            writer.write(file);
        }
    }

    private void rewriteMetadata(String key, String value) {
        rewrite(
                metadata -> {
                    metadata.put(key, value);
                    return metadata;
                },
                null,
                null);
    }

    @Test
    void anUnchangedFileIsTakenAfterRewriting() {
        rewriteMetadata("note", "further metadata does not matter");
        assertEquals(10, ModelState.load(file, model.network()).length());
    }

    @Test
    void anotherModelVersionOrKindOfFileIsRefused() throws Exception {
        Network other = TinyNetwork.make("other");
        String message = assertThrows(IllegalArgumentException.class, () -> ModelState.load(file, other))
                .getMessage();
        assertTrue(message.contains("fingerprint of tiny") && message.contains("fingerprint of other"), message);
        rewriteMetadata("format", "deltarule-state/2");
        refused("another version");
        rewriteMetadata("format", "weights");
        refused("name a state file");
        Files.writeString(file, "no state");
        refused("");
        Files.delete(file);
        refused("nothing");
    }

    @Test
    void damageIsRefused() throws Exception {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 7));
        refused("cut short");
        int headerEnd = 8
                + (int) java.nio.ByteBuffer.wrap(whole)
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                        .getLong(0);
        int refusals = 0;
        for (int at = headerEnd; at < whole.length; at += 97) { // any bit of any tensor
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(file, flipped);
            refused("damaged");
            refusals++;
        }
        assertTrue(refusals > 100, "refusals " + refusals);
    }

    @Test
    void tensorsThatDoNotFitAreRefused() {
        rewrite(m -> m, "logits", null);
        refused("'logits'");
        save();
        rewrite(m -> m, "logits", new long[] {1, TinyNetwork.VOCABULARY});
        refused("[1, 61]");
        save();
        rewrite(m -> m, "runs", null);
        refused("'runs'");
        save();
        rewriteMetadata("positions", "11");
        refused("positions");
        save();
        rewriteMetadata("checksum", "00000000");
        refused("checksum");
    }
}
