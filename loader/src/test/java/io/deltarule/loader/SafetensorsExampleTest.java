package io.deltarule.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the package's documentation. */
class SafetensorsExampleTest {
    @Test
    void writesAndReads(@TempDir Path folder) {
        float sum = 0;
        List<String> listing = new ArrayList<>();
        // @start region="example"
        Path path = folder.resolve("state.safetensors");
        new SafetensorsWriter()
                .metadata("variant", "kda")
                .addFloats("beta", new long[] {1, 2, 2}, new float[] {0.5f, 0.25f, 1, 2})
                .addLongs("cu_seqlens", new long[] {2}, new long[] {0, 2})
                .write(path);

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (TensorInfo tensor : file.tensors()) {
                listing.add(tensor.toString()); // "cu_seqlens" I64[2] @[0, 16) and so on
            }
            for (float beta : file.readFloats("beta")) {
                sum += beta;
            }
        }
        // @end
        assertEquals(3.75f, sum);
        assertEquals(List.of("\"cu_seqlens\" I64[2] @[0, 16)", "\"beta\" F32[1, 2, 2] @[16, 32)"), listing);
    }
}
