package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.corpus.Embedding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Each text as a vector. */
@Command(
        name = "embed",
        description = "Each row as a vector: the hidden row after its last token, or the recurrent state there.")
final class CorpusEmbedCommand extends CorpusCommand {
    @Option(
            names = "--of",
            defaultValue = "hidden",
            paramLabel = "KIND",
            description = "hidden or state (default: ${DEFAULT-VALUE}).")
    private String kind;

    @Option(
            names = "--layer",
            defaultValue = "-1",
            paramLabel = "N",
            description = "Of a state: which delta rule's, from 0; -1 for all (default: ${DEFAULT-VALUE}).")
    private int layer;

    @Override
    void complete(ObjectNode job) {
        try {
            Embedding wish = new Embedding(Embedding.Kind.named(kind), layer);
            job.put("embedding", wish.of().id()).put("layer", wish.layer());
        } catch (InvalidInputException e) {
            throw new InvalidInputException("--" + e.getMessage().replaceFirst("^embedding", "of"));
        }
    }
}
