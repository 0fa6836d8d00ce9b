package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.TensorInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code op --backward}. */
@Tag(TestScope.THOROUGH)
class OpBackwardTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "comba",
                "delta_product_2",
                "delta_rule",
                "delta_rule_negative_eigenvalues",
                "deltalens",
                "deltalens_channel_gated",
                "gated_delta_product_3",
                "gated_delta_rule_decay_30",
                "gated_delta_rule_decay_40",
                "gated_delta_rule_decay_40_long",
                "gated_delta_rule_strong_decay",
                "gated_delta_rule_varlen",
                "gdn2",
                "kda",
                "kda_decay_30",
                "kda_strong_decay",
                "kda_varlen",
                "ssd_channel",
                "ssd_none_varlen",
                "ssd_scalar",
                "ssd_strong_decay",
                "rwkv7",
                "loglinear_delta_rule",
                "loglinear_gated_delta_rule",
                "loglinear_gated_delta_product",
                "loglinear_kda_varlen",
                "loglinear_ssd"
            })
    void goldenGradientsComeOutRight(String name) {
        Path input = CliRun.golden(name + ".in.safetensors", folder);
        Path expected = CliRun.golden(name + ".out.safetensors", folder);
        for (List<String> how :
                List.of(List.of("reference", "recurrent"), List.of("reference", "chunk"), List.of("cpu", "chunk"))) {
            check(input, expected, "--engine", how.getFirst(), "--form", how.getLast());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = { // the smallest: the emulator is slow
                "kda_varlen",
                "gated_delta_rule_strong_decay",
                "ssd_none_varlen",
                "ssd_strong_decay",
                "rwkv7",
                "loglinear_gated_delta_product",
                "loglinear_kda_varlen",
                "loglinear_ssd"
            })
    void goldenGradientsComeOutRightOnTornado(String name) {
        String device = System.getProperty("deltarule.test.device", "emulator");
        check(
                CliRun.golden(name + ".in.safetensors", folder),
                CliRun.golden(name + ".out.safetensors", folder),
                "--engine",
                "tornado",
                "--device",
                device);
    }

    private void check(Path input, Path expected, String... how) {
        Path output = folder.resolve(String.join("-", how));
        Stream<Object> args = Stream.of("op", "--input", input, "--output", output, "--backward");
        CliRun.of(Stream.concat(args, Stream.of(how)).toArray()).succeeded();
        assertEquals(names(expected), names(output)); // else compare would leave out what only one has
        CliRun.of("compare", expected, output, "--tolerance", "2e-6").succeeded();
    }

    private static Set<String> names(Path file) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return opened.tensors().stream().map(TensorInfo::name).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static RawFile raw() {
        return new RawFile().floats("d_o", 1, 1, 3, 2, 2);
    }

    @Test
    void aMissingCotangentIsZeros() {
        Path absent = folder.resolve("absent");
        Path zeros = folder.resolve("zeros");
        Path input = raw().write(folder.resolve("a"));
        CliRun.of("op", "--input", input, "--output", absent, "--engine", "cpu", "--backward")
                .succeeded();
        input = raw().floats("d_final_state", 0, 1, 2, 4, 2).write(folder.resolve("b"));
        CliRun.of("op", "--input", input, "--output", zeros, "--engine", "cpu", "--backward")
                .succeeded();
        CliRun.of("compare", absent, zeros, "--tolerance", "0").succeeded();
        assertTrue(names(absent).contains("d_initial_state"));
    }

    @Test
    void withoutTheOptionThereAreNoGradients() {
        Path output = folder.resolve("out");
        CliRun.of("op", "--input", raw().write(folder.resolve("in")), "--output", output, "--engine", "cpu")
                .succeeded();
        assertFalse(names(output).contains("d_q"));
    }

    private String refusal(RawFile file, Object... more) {
        Path output = folder.resolve("out");
        Stream<Object> args =
                Stream.of("op", "--input", file.write(folder.resolve("in")), "--output", output, "--backward");
        String line = CliRun.of(Stream.concat(args, Stream.of(more)).toArray()).refusal();
        assertTrue(Files.notExists(output));
        return line;
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLine() {
        String none = refusal(new RawFile(), "--engine", "cpu");
        assertTrue(none.contains("expected d_o, d_final_state or d_o_cross but found none"), none);
        String shape = refusal(new RawFile().floats("d_o", 1, 1, 3, 2, 4), "--engine", "cpu");
        assertTrue(shape.contains("d_o: expected [1, 3, 2, 2] but found [1, 3, 2, 4]"), shape);
        String cross = refusal(raw().floats("d_o_cross", 1, 1, 3, 2, 2), "--engine", "cpu");
        assertTrue(cross.contains("d_o_cross: expected none"), cross);
        String finite = refusal(raw().set("d_o", 5, Float.NaN), "--engine", "cpu");
        assertTrue(finite.contains("d_o: expected finite float32 values but found NaN at index [0, 1, 0, 1]"), finite);
        String form = refusal(raw(), "--engine", "cpu", "--form", "recurrent");
        assertTrue(form.contains("expected chunk but found recurrent"), form);
    }
}
