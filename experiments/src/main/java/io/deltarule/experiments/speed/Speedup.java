package io.deltarule.experiments.speed;

import io.deltarule.bench.timing.Machine;
import io.deltarule.chart.Axis;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.InvalidInputException;
import io.deltarule.experiments.Claim;
import io.deltarule.experiments.Claim.Basis;
import io.deltarule.experiments.Claim.Published;
import io.deltarule.experiments.Conditions;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.ResultCurve;
import io.deltarule.experiments.ResultPanel;
import io.deltarule.experiments.ResultPanel.Measure;
import io.deltarule.experiments.ResultPoint;
import io.deltarule.experiments.ResultPoint.Sample;
import java.util.ArrayList;
import java.util.List;

/**
 * Time of the delta rule token by token over its time in chunks, by head size and length, on every engine that it is given.
 * A seed is one whole pass of measurements.
 *
 * @param sizes for devices that are used by themselves
 * @param slow for those that are used by name alone, as the emulator and PoCL
 */
public record Speedup(Sizes sizes, Sizes slow) implements Experiment {
    /**
     * What is timed.
     *
     * @param heads of one sequence
     * @param headSizes D: key and value channels of a head
     * @param lengths T
     * @param seconds per pair of forms
     */
    public record Sizes(int heads, List<Integer> headSizes, List<Integer> lengths, double seconds) {
        public Sizes {
            headSizes = List.copyOf(headSizes);
            lengths = List.copyOf(lengths);
        }
    }

    /** What docs/experiments.md shows. */
    public static final Speedup DEFAULT = new Speedup(
            new Sizes(8, List.of(32, 64, 128, 256), List.of(512, 2048, 8192), 0.5),
            new Sizes(1, List.of(16, 32), List.of(32, 64), 0.1));

    @Override
    public String name() {
        return "speedup";
    }

    @Override
    public Claim claim() {
        return new Claim(
                "The delta rule in chunks is faster than token by token, and the more so the larger a head and the longer"
                        + " the sequence",
                "Yang et al. 2024, arXiv:2406.06484, figure 1",
                "Triton kernels on an H100",
                List.of(
                        new Published("D 64, T 8K", "5 to 8 times", Basis.QUOTED),
                        new Published("D 128, T 16K", "10 to 15 times", Basis.QUOTED),
                        new Published("D 256, T about 30K", "25 to 30 times", Basis.QUOTED)));
    }

    @Override
    public int seeds() {
        return 3;
    }

    @Override
    public boolean trained() {
        return false;
    }

    @Override
    public ExperimentResult run(Conditions conditions) {
        boolean chosen = conditions.engines().size() == 1;
        List<ResultPanel> panels = new ArrayList<>();
        List<String> remarks = new ArrayList<>(
                List.of(
                        "Both forms run in turn on the same operands; medians; a seed is one whole pass of measurements.",
                        "A processor runs one token well in vectors, the better the larger a head: no 25 times is to be expected of it."));
        for (DeltaEngine engine : conditions.engines()) {
            List<Device> devices = engine.devices().stream()
                    .filter(device -> device.automatic() || chosen)
                    .toList();
            if (devices.isEmpty()) {
                remarks.add("Engine " + engine.name() + " has no device here that is used by itself; --engine "
                        + engine.name() + " measures those that there are, at a small size.");
            }
            for (Device device : devices) {
                panels.add(panel(engine, device, conditions));
            }
        }
        if (panels.isEmpty()) {
            throw new InvalidInputException(
                    "--engine: expected one that has a device here but found none; 'deltarule devices' says what there is");
        }
        return new ExperimentResult(
                "delta_rule, one sequence of " + sizes.heads() + " heads of D × D, float32; processor "
                        + Machine.here().processor(),
                remarks,
                panels);
    }

    private ResultPanel panel(DeltaEngine engine, Device device, Conditions conditions) {
        Sizes of = device.automatic() ? sizes : slow;
        List<ResultCurve> curves = new ArrayList<>();
        for (int i = 0; i < of.headSizes().size(); i++) {
            int D = of.headSizes().get(i);
            List<ResultPoint> points = new ArrayList<>();
            for (int T : of.lengths()) {
                conditions.progress().accept("speedup, " + device.name() + ", D " + D + ", T " + T);
                FormPair pair = new FormPair(engine, device.id(), of.heads(), D, T);
                List<Sample> samples = new ArrayList<>();
                for (int pass = 0; pass < conditions.seeds(); pass++) {
                    samples.add(pair.ratio(of.seconds()));
                }
                points.add(ResultPoint.of(T, samples));
            }
            curves.add(ResultCurve.measured("D " + D, i, points));
        }
        if (device.automatic()) {
            published(curves, 64, 8192, 5, 8);
            published(curves, 128, 16384, 10, 15);
            published(curves, 256, 30000, 25, 30);
        }
        return new ResultPanel(
                "speedup_" + engine.name() + "_" + device.id().replace(':', '_'),
                "Engine " + engine.name(),
                device.name(),
                new Measure("tokens", Axis.octaves("tokens T")),
                new Measure("ratio", Axis.logarithmic("token by token / chunkwise")),
                curves);
    }

    /** Published ranges stand in the colour of their head size, where it is measured here. */
    private void published(List<ResultCurve> curves, int D, int T, double low, double high) {
        int colour = sizes.headSizes().indexOf(D);
        if (colour >= 0) {
            ResultPoint point = new ResultPoint(T, List.of(Sample.of(Math.sqrt(low * high))), low, high);
            curves.add(ResultCurve.published("D " + D + ", published, H100", colour, List.of(point)));
        }
    }
}
