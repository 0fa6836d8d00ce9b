package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How well a model predicts each text. */
@Command(
        name = "perplexity",
        description =
                "exp of the mean of -ln p(token | those before it) of each row. A longer text is taken in windows of"
                        + " --max-context tokens.")
final class CorpusPerplexityCommand extends CorpusCommand {
    @Option(names = "--tokens", description = "Write every token's log-probability too.")
    private boolean tokens;

    @Override
    void complete(ObjectNode job) {
        job.put("tokens", tokens);
    }
}
