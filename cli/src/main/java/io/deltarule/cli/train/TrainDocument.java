package io.deltarule.cli.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.output.Json;
import io.deltarule.training.Evaluation;
import io.deltarule.training.Score;
import io.deltarule.training.run.TrainingRun;
import java.nio.file.Path;

/** How a run ended, for machines; fields are listed in docs/cli.md. */
final class TrainDocument {
    private TrainDocument() {}

    static ObjectNode of(TrainingRun.Result result, Score score, String engine, Path folder) {
        ObjectNode document = Json.object().put("schema", "deltarule-train/1");
        document.put("finished", result.finished()).put("step", result.step()).put("resumed_at", result.resumedAt());
        document.put("engine", engine).put("parameters", result.parameters()).put("bytes", result.bytes());
        document.put("tokens", result.tokens());
        Json.putFinite(document, "seconds", result.seconds());
        Json.putFinite(document, "tokens_per_second", result.tokens() / result.seconds());
        Json.putFinite(document, "training_loss", result.loss());
        Evaluation found = result.evaluation();
        if (found == null) {
            document.putNull("held_out");
        } else {
            ObjectNode heldOut = document.putObject("held_out");
            heldOut.put("labels", found.labelled());
            Json.putFinite(heldOut, "loss", found.loss());
            Json.putFinite(heldOut, "accuracy", found.accuracy());
            Json.putFinite(heldOut, "perplexity", found.perplexity());
            heldOut.put("score", score.id());
        }
        document.put("folder", folder.toString());
        return document.put("checkpoint", result.checkpoint().toString());
    }
}
