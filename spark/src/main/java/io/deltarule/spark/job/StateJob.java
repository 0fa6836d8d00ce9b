package io.deltarule.spark.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.Storage;
import io.deltarule.models.inference.ModelState;
import io.deltarule.models.segment.SegmentCosts;
import io.deltarule.models.segment.SegmentedNetwork;
import io.deltarule.spark.LongSequence;
import io.deltarule.spark.ModelConfig;
import io.deltarule.spark.SharedModel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** One long sequence in segments: what it will take by the rates of the machines that are there, and the state after it. */
final class StateJob {
    private final JavaSparkContext context;
    private final StateConfig config;
    private final JobReport report;
    private final ModelConfig model;

    StateJob(SparkSession spark, StateConfig config, JobReport report) {
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.config = config;
        this.report = report;
        this.model = new ModelConfig(
                config.model(),
                config.type(),
                config.engine(),
                config.device(),
                Storage.of(config.storage()),
                config.threads(),
                config.fingerprint());
    }

    /**
     * Runs it to its end.
     *
     * @return the plan, and what was done
     */
    ObjectNode run() throws IOException {
        int[] ids = JobConfig.JSON.readValue(new File(config.ids()), int[].class);
        // What the model is made of is read on the CPU: its own engine's device may be the tasks', one at a time.
        ModelConfig here =
                new ModelConfig(config.model(), config.type(), "cpu", null, Storage.FLOAT32, 0, config.fingerprint());
        try (SharedModel.Lease lease = SharedModel.lease(here)) {
            SegmentedNetwork network = new SegmentedNetwork(lease.model().network());
            int segments = segments(network, ids.length);
            LongSequence sequence = new LongSequence(model, config.piece());
            report.progress("measuring what the machines do");
            long begun = System.nanoTime();
            SegmentCosts.Rates rates = sequence.rates(context, segments);
            SegmentCosts costs = SegmentCosts.of(network, ids.length, segments, rates);
            ObjectNode summary = plan(network, costs, rates).put("measuring_seconds", since(begun));
            if (config.saveState() != null) {
                begun = System.nanoTime();
                String planned = String.format(Locale.ROOT, " (planned: %.0f s in all)", costs.many());
                ModelState state = sequence.state(
                        context,
                        ids,
                        segments,
                        (number, all) -> report.progress("stage " + number + " of " + all + planned));
                state.save(Path.of(config.saveState()), network.network());
                summary.put("seconds", since(begun)).put("state", config.saveState());
            }
            return summary;
        }
    }

    /** How many, refused before any machine computes. */
    private int segments(SegmentedNetwork network, int tokens) {
        network.cuts(tokens, Math.max(1, config.segments()));
        ClusterExecutors executors = new ClusterExecutors(context);
        if (config.segments() > 0) {
            executors.await(config.segments());
            return config.segments();
        }
        return Math.clamp(tokens / (network.overlap() + 1), 1, executors.atOnce());
    }

    private static ObjectNode plan(SegmentedNetwork network, SegmentCosts costs, SegmentCosts.Rates rates) {
        long own = costs.tokens() / costs.segments() + network.overlap();
        long least = SegmentCosts.least(network, costs.segments(), rates);
        ObjectNode node = JobConfig.JSON
                .createObjectNode()
                .put("tokens", costs.tokens())
                .put("segments", costs.segments())
                .put("stages", costs.segments() == 1 ? 1 : network.stages().size())
                .put("one_seconds", costs.one())
                .put("segments_seconds", costs.many())
                .put("pays", costs.pays())
                .put("least_tokens", least < 0 ? null : least)
                .put("segment_bytes", costs.segments() == 1 ? 0 : own * network.bytesPerToken());
        node.putObject("rates")
                .put("multiply_adds_per_second", rates.rate())
                .put("multiply_adds_per_second_in_segments", rates.inSegments())
                .put("multiply_adds_per_second_composing", rates.composing())
                .put("stage_seconds", rates.stage())
                .put("bytes_per_second", rates.bandwidth());
        return node;
    }

    private static double since(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }
}
