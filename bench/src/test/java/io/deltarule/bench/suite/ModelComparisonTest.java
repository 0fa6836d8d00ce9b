package io.deltarule.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.bench.load.CeilingMemory;
import io.deltarule.bench.peer.FakeLlamaBench;
import io.deltarule.bench.peer.LlamaBench;
import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.ModelSpeeds;
import io.deltarule.bench.result.ProgramSpeed;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.core.layer.WeightType;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.format.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ModelComparisonTest {
    @TempDir
    private Path folder;

    private Path model() {
        Path model = folder.resolve("m");
        RandomModel.write(
                model, ModelTemplates.config("qwen3_5_text", Map.of()), new RandomModel.Options(WeightType.BF16, 5, 1));
        return model;
    }

    @Test
    void oursAloneIsVerifiedAndTimed() {
        List<String> begun = new ArrayList<>();
        BenchResults results = new ModelComparison(model(), null, 20, 3, 2, CeilingMemory.none()).run("1", begun::add);
        assertFalse(results.faulty());
        ModelSpeeds speeds = results.model();
        assertEquals("m", speeds.file());
        assertTrue(speeds.bytes() > 0 && speeds.parameters() > 0);
        ProgramSpeed ours = speeds.programs().getFirst();
        assertEquals(1, speeds.programs().size());
        assertTrue(ours.verification().passed());
        assertEquals(4, ours.prefill().repeats());
        assertEquals(4, ours.decode().repeats());
        assertEquals(20 / ours.prefill().seconds(), speeds.prefillRate(ours));
        assertEquals(List.of(), results.ratios());
        assertTrue(begun.contains("deltarule, round 2 of 2") && !begun.contains("llama-bench, round 1 of 2"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void inTurnWithLlamaBench() throws IOException {
        LlamaBench peer = new LlamaBench(FakeLlamaBench.saying(folder, 20, 3));
        BenchResults results = new ModelComparison(model(), peer, 20, 3, 2, CeilingMemory.none()).run("1", said -> {});
        ModelSpeeds speeds = results.model();
        ProgramSpeed theirs = speeds.programs().getLast();
        assertEquals("llama-bench", theirs.program());
        assertEquals("77 (abc1234), CPU", theirs.version());
        assertNull(theirs.verification());
        assertEquals(4, theirs.prefill().repeats());
        assertEquals(20 / 1.5, speeds.prefillRate(theirs), 1e-9);
        assertEquals(0.75, speeds.decodeRate(theirs), 1e-9);
        assertEquals(
                List.of("prefill_over_llama_bench", "decode_over_llama_bench"),
                results.ratios().stream().map(SpeedRatio::name).toList());
        SpeedRatio decode = results.ratios().getLast();
        assertEquals(speeds.decodeRate(speeds.programs().getFirst()) / 0.75, decode.value(), 1e-6 * decode.value());
        List<String> arguments = Files.readAllLines(folder.resolve("arguments"));
        assertEquals(2, arguments.size());
        assertTrue(arguments.getFirst().contains("-t " + speeds.threads() + " "), arguments.getFirst());
    }
}
