package io.deltarule.cli.experiment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.output.Json;
import io.deltarule.experiments.retrieval.FigurePanel;
import io.deltarule.experiments.retrieval.ReadCurve;
import io.deltarule.experiments.retrieval.ReadScore;
import io.deltarule.experiments.retrieval.RetrievalSizes;
import java.util.List;
import java.util.Locale;

/** The retrieval experiment for machines; fields are listed in docs/cli.md. */
final class RetrievalDocument {
    private RetrievalDocument() {}

    static ObjectNode of(RetrievalSizes sizes, String engine, List<FigurePanel> panels) {
        ObjectNode document = Json.object();
        document.put("schema", "deltarule-retrieval/1").put("engine", engine);
        document.put("K", sizes.K()).put("V", sizes.V()).put("trials", sizes.trials());
        document.put("seed", sizes.seed()).put("sharpness", sizes.sharpness());
        ArrayNode list = document.putArray("panels");
        for (FigurePanel panel : panels) {
            ObjectNode node = list.addObject().put("name", panel.name());
            node.put("title", panel.title()).put("detail", panel.detail()).put("x_axis", id(panel.axis()));
            ArrayNode curves = node.putArray("curves");
            panel.curves().forEach(curve -> add(curves.addObject(), curve));
        }
        return document;
    }

    private static void add(ObjectNode node, ReadCurve curve) {
        node.put("name", curve.name()).put("read", id(curve.read()));
        ArrayNode points = node.putArray("points");
        for (ReadCurve.Point point : curve.points()) {
            ReadScore score = point.score();
            points.addObject()
                    .put("x", point.x())
                    .put("stored", point.stored())
                    .put("accuracy", score.accuracy())
                    .put("deviation", score.deviation())
                    .put("cosine", score.cosine())
                    .put("chance", 1.0 / point.stored())
                    .put("keys", id(score.keys()))
                    .put("strength", score.strength())
                    .put("gate", score.gate());
        }
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
