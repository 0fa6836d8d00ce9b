package io.deltarule.cli.experiment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.output.Json;
import io.deltarule.experiments.Claim;
import io.deltarule.experiments.Conditions;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.ExperimentResult;
import io.deltarule.experiments.ResultCurve;
import io.deltarule.experiments.ResultPanel;
import io.deltarule.experiments.ResultPoint;

/** An experiment for machines; fields are listed in docs/cli.md. */
final class ExperimentDocument {
    private ExperimentDocument() {}

    static ObjectNode of(Experiment experiment, Conditions conditions, ExperimentResult result) {
        ObjectNode document = Json.object();
        document.put("schema", "deltarule-experiment/1").put("experiment", experiment.name());
        Claim claim = experiment.claim();
        document.put("claim", claim.statement()).put("scale", Experiment.SCALE);
        ObjectNode published = document.putObject("published");
        published.put("paper", claim.paper()).put("set_up", claim.setUp());
        ArrayNode numbers = published.putArray("numbers");
        claim.numbers()
                .forEach(number -> numbers.addObject()
                        .put("what", number.what())
                        .put("value", number.value())
                        .put("basis", number.basis().id()));
        ObjectNode ours = document.putObject("ours");
        ours.put("set_up", result.setUp());
        ArrayNode engines = ours.putArray("engines");
        conditions.engines().forEach(engine -> engines.add(engine.name()));
        ArrayNode seeds = ours.putArray("seeds");
        conditions.everySeed().forEach(seeds::add);
        ArrayNode remarks = ours.putArray("remarks");
        result.remarks().forEach(remarks::add);
        ArrayNode panels = document.putArray("panels");
        result.panels().forEach(panel -> add(panels.addObject(), panel));
        return document;
    }

    private static void add(ObjectNode node, ResultPanel panel) {
        node.put("name", panel.id()).put("title", panel.title()).put("detail", panel.detail());
        node.put("x_axis", panel.x().id()).put("x_label", panel.x().axis().name());
        node.put("y_axis", panel.y().id()).put("y_label", panel.y().axis().name());
        ArrayNode curves = node.putArray("curves");
        for (ResultCurve curve : panel.curves()) {
            ObjectNode one = curves.addObject();
            one.put("name", curve.name()).put("kind", curve.kind().id());
            ArrayNode points = one.putArray("points");
            curve.points().forEach(point -> add(points.addObject(), point));
        }
    }

    private static void add(ObjectNode node, ResultPoint point) {
        node.put("x", point.x());
        Json.putFinite(node, "mean", point.mean());
        ArrayNode samples = node.putArray("samples");
        for (ResultPoint.Sample sample : point.samples()) {
            ObjectNode one = samples.addObject();
            Json.putFinite(one, "value", sample.value());
            sample.details().forEach((name, detail) -> {
                if (detail instanceof Number number) {
                    Json.putFinite(one, name, number.doubleValue());
                } else {
                    one.put(name, detail.toString());
                }
            });
        }
    }
}
