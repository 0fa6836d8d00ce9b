package io.deltarule.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.bench.load.CeilingMemory;
import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.workload.NetworkSize;
import io.deltarule.core.testkit.TestScope;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(TestScope.THOROUGH)
class SuiteTest {
    private static final SuiteSizes SMALL = new SuiteSizes(
            2,
            16,
            70,
            List.of(64, 96, 128, 256),
            new SweepValues(List.of(1, 2), List.of(8, 16), List.of(16, 70), List.of(1, 3), List.of(20, 70)),
            2,
            1 << 16,
            NetworkSize.layer(32, 16, 90),
            new NetworkSize(64, 32, 96, 4, 128, 32),
            ProbeSizes.EMULATOR);

    private static List<String> names(BenchResults results) {
        return results.measurements().stream()
                .filter(m -> m.workload().engine().name().equals("cpu"))
                .map(m -> m.workload().name())
                .toList();
    }

    private static BenchResults run(SuiteLevel level, SuiteFilter filter) {
        return suite(said -> {}, level, filter).run();
    }

    private static Suite suite(ProgressListener listener, SuiteLevel level, SuiteFilter filter) {
        return new Suite(new SuiteRecorder(listener, 0.01, filter, CeilingMemory.none()), level, filter, SMALL);
    }

    @Test
    void aFilterLeavesOnlyItsPart() {
        BenchResults decode = run(SuiteLevel.STANDARD, new SuiteFilter("cpu", null, null, null, "decode"));
        assertEquals(
                Set.of(
                        "decode/batch",
                        "decode/single",
                        "decode_batch/1",
                        "decode_batch/3",
                        "layer/decode",
                        "model/decode"),
                Set.copyOf(names(decode)));
        assertEquals(
                List.of(),
                run(SuiteLevel.QUICK, new SuiteFilter("reference", null, null, null, null)).measurements().stream()
                        .filter(m -> m.workload().engine().name().equals("cpu"))
                        .toList());
        BenchResults kda =
                run(SuiteLevel.FULL, new SuiteFilter("cpu", null, io.deltarule.core.Variant.KDA, null, null));
        assertEquals(List.of("prefill/kda", "backward_prefill/kda"), names(kda));
        assertTrue(kda.devices().stream().anyMatch(d -> "not asked for".equals(d.skipped())));
    }

    /** The speeds that docs/cli.md promises in the JSON document; sizes and effort are too small for them to mean much. */
    @Test
    void theDefaultSetGivesEveryRatio() {
        TreeSet<String> begun = new TreeSet<>();
        BenchResults results =
                suite(begun::add, SuiteLevel.STANDARD, SuiteFilter.NONE).run();
        assertFalse(results.faulty());
        assertEquals(
                Set.of(
                        "gated_delta_rule_prefill_over_products_only",
                        "kda_prefill_over_products_only",
                        "deltalens_prefill_over_gated_delta_rule",
                        "deltalens_kda_prefill_over_kda",
                        "decode_batch_state_over_copy",
                        "decode_single_state_over_copy",
                        "prefill_per_token_longest_over_shortest",
                        "decode_per_token_after_longest_over_shortest",
                        "model_decode_weights_over_copy",
                        "model_prefill_over_processor",
                        "training_step_over_forward",
                        "training_step_in_products",
                        "training_step_idle"),
                results.ratios().stream().map(SpeedRatio::name).collect(Collectors.toSet()));
        results.ratios().forEach(r -> {
            boolean positive =
                    r.value() > 0 || (r.name().endsWith("_idle") && r.value() == 0); // one thread never waits
            assertTrue(positive && Double.isFinite(r.value()), r::toString);
        });
        List<String> cpu = names(results);
        assertTrue(
                cpu.containsAll(List.of(
                        "prefill/gdn2",
                        "length/64",
                        "length/256",
                        "heads/2",
                        "head_size/8",
                        "forms/70/recurrent",
                        "decode_context/256",
                        "decode_batch/3",
                        "decode/single",
                        "deltalens/16",
                        "backward/70",
                        "backward_prefill/kda",
                        "layer/prefill",
                        "layer/decode",
                        "model/prefill",
                        "model/decode")),
                cpu::toString);
        assertTrue(begun.contains("measuring the machine"));
    }
}
