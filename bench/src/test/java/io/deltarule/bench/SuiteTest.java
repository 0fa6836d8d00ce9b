package io.deltarule.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SuiteTest {
    private static final Suite.Scale SMALL =
            new Suite.Scale(2, 16, List.of(64, 96, 128, 256), 70, 2, 1 << 16, new RandomModel.Size(64, 96, 4, 128, 32));

    /** The speeds that docs/cli.md promises in the JSON document; sizes and effort are too small for them to mean much. */
    @Test
    void theDefaultSetGivesEveryRatio() {
        TreeSet<String> begun = new TreeSet<>();
        Report report = new Suite(begun::add, 0.01, Machine.here(), SMALL).run();
        assertFalse(report.wrong());
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
                        "model_prefill_over_sgemm"),
                report.ratios().stream().map(Ratio::name).collect(Collectors.toSet()));
        report.ratios().forEach(r -> assertTrue(r.value() > 0 && Double.isFinite(r.value()), r::toString));
        List<String> cpu = report.measurements().stream()
                .filter(m -> m.workload().engine().name().equals("cpu"))
                .map(m -> m.workload().name())
                .toList();
        assertTrue(cpu.containsAll(List.of("prefill/gdn2", "length/64", "length/256", "decode/single")), cpu::toString);
        assertTrue(begun.contains("measuring the machine"));
    }
}
