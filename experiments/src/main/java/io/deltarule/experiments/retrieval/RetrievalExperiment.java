package io.deltarule.experiments.retrieval;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Linear and selective read over load, noise and the shape of the keys.
 *
 * <p>Each curve takes at every point the best of four write strengths, and the linear read of content keys also the
 * better of two key maps: the comparison is with the linear read at its best.
 */
final class RetrievalExperiment {
    private static final double[] LOADS = {0.125, 0.25, 0.5, 0.75, 1, 1.5, 2, 4};
    private static final double[] NOISES = {0, 0.25, 0.5, 0.75, 1, 1.25, 1.5};
    private static final double[] POWERS = {1, 1.5, 2, 3, 4, 6, 8, 16, 32};
    private static final double LARGEST_LOAD = 4;
    /** As long as the tag itself. */
    private static final double STRONG_NOISE = 1;

    private static final double SOME_NOISE = 0.5;

    private final RetrievalSizes sizes;
    private final AssociationRecall recall;
    private final Consumer<String> progress;
    private int done;

    /**
     * An experiment on an engine.
     *
     * @param sizes what all its settings share
     * @param engine what stores and reads
     * @param progress told what is being done
     */
    RetrievalExperiment(RetrievalSizes sizes, DeltaEngine engine, Consumer<String> progress) {
        this.sizes = sizes;
        this.recall = new AssociationRecall(sizes, engine);
        this.progress = progress;
    }

    /** The lengths of its largest run. */
    static DeltaShape largest(RetrievalSizes sizes) {
        return AssociationRecall.shape(sizes, stored(sizes, LARGEST_LOAD));
    }

    private static int stored(RetrievalSizes sizes, double load) {
        return (int) Math.max(1, Math.round(load * sizes.K()));
    }

    /** Runs all panels. */
    List<FigurePanel> run() {
        return List.of(
                overLoad("load_exact_cues", "Exact cues", "no noise", 0),
                overLoad("load_noisy_cues", "Noisy cues", "noise 1: as long as the tag", STRONG_NOISE),
                overNoise(),
                overConcentration());
    }

    private FigurePanel overLoad(String name, String title, String detail, double noise) {
        List<ReadCurve> curves = contenders();
        for (double load : LOADS) {
            addPoint(curves, load, stored(sizes, load), noise);
        }
        return new FigurePanel(name, FigurePanel.Axis.LOAD, title, detail, curves);
    }

    private FigurePanel overNoise() {
        List<ReadCurve> curves = contenders();
        for (double noise : NOISES) {
            addPoint(curves, noise, sizes.K(), noise);
        }
        return new FigurePanel("noise", FigurePanel.Axis.NOISE, "Full state", "N = K", curves);
    }

    private static List<ReadCurve> contenders() {
        return List.of(
                new ReadCurve("linear read, content keys", ReadCurve.Read.LINEAR, true),
                new ReadCurve("selective read, slot keys", ReadCurve.Read.SELECTIVE, true),
                new ReadCurve("linear read, slot keys", ReadCurve.Read.LINEAR, false),
                new ReadCurve("selective read, content keys", ReadCurve.Read.SELECTIVE, false),
                new ReadCurve("linear read, content keys, nothing erased (ssd)", ReadCurve.Read.ACCUMULATED, true));
    }

    private void addPoint(List<ReadCurve> curves, double x, int stored, double noise) {
        List<List<ReadScore>> content = new ArrayList<>();
        List<List<ReadScore>> sums = new ArrayList<>();
        for (KeySource keys : List.of(KeySource.CONTENT, KeySource.LIFTED)) {
            RetrievalSetting setting = new RetrievalSetting(keys, 1, stored, noise);
            content.addAll(scores(setting));
            sums.addAll(recall.accumulated(setting));
        }
        List<List<ReadScore>> slots = scores(new RetrievalSetting(KeySource.SLOTS, 1, stored, noise));
        for (ReadCurve curve : curves) {
            boolean onContent = (curve.read() == ReadCurve.Read.LINEAR) == curve.matched();
            boolean accumulated = curve.read() == ReadCurve.Read.ACCUMULATED;
            curve.add(x, stored, accumulated ? sums : onContent ? content : slots);
        }
    }

    private FigurePanel overConcentration() {
        List<ReadCurve> curves = List.of(
                new ReadCurve("linear read", ReadCurve.Read.LINEAR, true),
                new ReadCurve("selective read", ReadCurve.Read.SELECTIVE, true),
                new ReadCurve("best constant mix", ReadCurve.Read.MIX, true));
        int stored = stored(sizes, 0.5);
        for (double power : POWERS) {
            List<List<ReadScore>> scores =
                    scores(new RetrievalSetting(KeySource.CONCENTRATED, power, stored, SOME_NOISE));
            curves.forEach(curve -> curve.add(power, stored, scores));
        }
        return new FigurePanel(
                "concentration",
                FigurePanel.Axis.CONCENTRATION,
                "One write, both reads",
                "N = K / 2, noise 0.5",
                curves);
    }

    private List<List<ReadScore>> scores(RetrievalSetting setting) {
        int all = 3 * (2 * LOADS.length + NOISES.length) + POWERS.length;
        progress.accept("retrieval, setting " + ++done + " of " + all);
        return recall.scores(setting);
    }
}
