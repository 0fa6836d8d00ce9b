package io.deltarule.cli.experiment;

import io.deltarule.cli.output.TextTable;
import io.deltarule.experiments.Experiment;
import io.deltarule.experiments.learned.Parity;
import io.deltarule.experiments.learned.Permutations;
import io.deltarule.experiments.speed.LevelCost;
import io.deltarule.experiments.state.Needle;
import io.deltarule.experiments.state.Overwrite;
import io.deltarule.experiments.state.RetrievalSnr;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Published claims at a small size; without a name it says which there are. */
@Command(
        name = "experiment",
        description = {
            "Repeats a published claim at a size for a few processor cores and shows what was published beside it.",
            "docs/experiments.md has the figures, and what each does and does not show."
        },
        synopsisSubcommandLabel = "NAME",
        subcommands = {LanguageCommand.class, RetrievalCommand.class, SpeedupCommand.class})
public final class ExperimentCommand implements Runnable {
    /** Those that need no option of their own. */
    private static final List<Experiment> PLAIN = List.of(
            Parity.DEFAULT,
            Permutations.DEFAULT,
            Overwrite.DEFAULT,
            Needle.DEFAULT,
            RetrievalSnr.DEFAULT,
            LevelCost.DEFAULT);

    @Spec
    private CommandSpec spec;

    /** The command with one below it per experiment. */
    public static CommandLine line() {
        CommandLine line = new CommandLine(new ExperimentCommand());
        for (Experiment experiment : PLAIN) {
            CommandLine one = new CommandLine(new PlainExperiment(experiment));
            one.getCommandSpec()
                    .usageMessage()
                    .description(experiment.claim().statement().replace("%", "%%") + ".");
            line.addSubcommand(experiment.name(), one);
        }
        return line;
    }

    /** {@code deltarule retrieval}, as the experiment of that name was called before there were others; not listed. */
    public static CommandLine retrieval() {
        CommandLine line = new CommandLine(new RetrievalCommand());
        line.getCommandSpec().usageMessage().hidden(true);
        return line;
    }

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        TextTable table = new TextTable("experiment", "claim");
        spec.subcommands()
                .forEach((name, line) -> table.row(
                        name,
                        String.join(" ", line.getCommandSpec().usageMessage().description())
                                .replace("%%", "%")));
        table.print(out);
        out.println();
        out.println("deltarule experiment NAME [--seeds N] [--json [FILE]] [--output FILE.svg]; NAME --help says more");
    }
}
