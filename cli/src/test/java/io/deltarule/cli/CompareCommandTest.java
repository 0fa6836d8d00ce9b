package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.loader.SafetensorsWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag(TestScope.THOROUGH)
class CompareCommandTest {
    @TempDir
    Path folder;

    private Path floats(String file, float... values) {
        Path path = folder.resolve(file);
        new SafetensorsWriter()
                .addFloats("o", new long[] {2, values.length / 2}, values)
                .write(path);
        return path;
    }

    @Test
    void namesTensorRatioIndexAndBothValues() throws Exception {
        Path a = floats("a", 3, 0, 0, 4);
        Path b = floats("b", 3, 0, 0.5f, 4);
        CliRun run = CliRun.of("compare", a, b, "--json");
        assertEquals(ExitCode.MISMATCH, run.code());
        JsonNode document = new ObjectMapper().readTree(run.out());
        assertFalse(document.get("passed").asBoolean());
        JsonNode row = document.get("tensors").get(0);
        assertEquals("o", row.get("name").asText());
        // RMS error 0.5/2 over RMS value 5/2.
        assertEquals(0.1, row.get("ratio").asDouble(), 1e-12);
        assertEquals(2, row.get("index").asLong());
        assertEquals(0, row.get("expected").asDouble());
        assertEquals(0.5, row.get("found").asDouble());
        String table = CliRun.of("compare", a, b).out();
        assertTrue(table.contains("[1, 0]"), table);
    }

    @Test
    void theToleranceDecides() {
        Path a = floats("a", 3, 0, 0, 4);
        Path b = floats("b", 3, 0, 0.5f, 4);
        CliRun.of("compare", a, b, "--tolerance", "0.101").succeeded();
        assertEquals(
                ExitCode.MISMATCH,
                CliRun.of("compare", a, b, "--tolerance", "0.099").code());
    }

    @Test
    void notANumberNeverPasses() throws Exception {
        Path a = floats("a", 3, Float.NaN);
        CliRun run = CliRun.of("compare", a, a, "--tolerance", "1e30", "--json");
        assertEquals(ExitCode.MISMATCH, run.code());
        assertTrue(new ObjectMapper().readTree(run.out()).at("/tensors/0/ratio").isNull());
    }

    @Test
    void typesMayDifferButNotShapesOrNames() {
        Path a = floats("a", 0.5f, 2);
        ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        doubles.putDouble(0.5).putDouble(2);
        Path same = folder.resolve("same");
        new SafetensorsWriter()
                .add(
                        "o",
                        io.deltarule.loader.Dtype.F64,
                        new long[] {2, 1},
                        java.lang.foreign.MemorySegment.ofArray(doubles.array()))
                .write(same);
        CliRun.of("compare", a, same, "--tolerance", "0").succeeded();

        Path turned = folder.resolve("turned");
        new SafetensorsWriter()
                .addFloats("o", new long[] {1, 2}, new float[] {0.5f, 2})
                .write(turned);
        CliRun shape = CliRun.of("compare", a, turned);
        assertEquals(ExitCode.MISMATCH, shape.code());
        assertTrue(shape.out().contains("[1, 2]"), shape.out());

        Path more = folder.resolve("more");
        new SafetensorsWriter()
                .addFloats("o", new long[] {2, 1}, new float[] {0.5f, 2})
                .addFloats("final_state", new long[] {1}, new float[] {1})
                .write(more);
        CliRun names = CliRun.of("compare", a, more);
        assertEquals(ExitCode.MISMATCH, names.code());
        assertTrue(names.out().contains("in B only"), names.out());
        CliRun.of("compare", a, more, "--tensors", "o").succeeded();
    }

    @Test
    void gradientsOfOneFileAloneAreListedAndNotCompared() {
        Path plain = floats("plain", 1, 2);
        Path some = withGradients("some", 0);
        CliRun run = CliRun.of("compare", some, plain).succeeded();
        assertTrue(run.out().contains("not compared: in A only"), run.out());
        Path others = withGradients("others", 1);
        assertEquals(ExitCode.MISMATCH, CliRun.of("compare", some, others).code());
    }

    private Path withGradients(String file, float value) {
        Path path = folder.resolve(file);
        new SafetensorsWriter()
                .addFloats("o", new long[] {2, 1}, new float[] {1, 2})
                .addFloats("d_q", new long[] {1}, new float[] {value})
                .write(path);
        return path;
    }
}
