package io.deltarule.cli;

import io.deltarule.cli.bench.BenchCommand;
import io.deltarule.cli.bench.ReportCommand;
import io.deltarule.cli.chat.ChatCommand;
import io.deltarule.cli.experiment.ExperimentCommand;
import io.deltarule.cli.model.ConvertCommand;
import io.deltarule.cli.model.GenerateCommand;
import io.deltarule.cli.model.InspectCommand;
import io.deltarule.cli.model.LogitsCommand;
import io.deltarule.cli.model.MakeModelCommand;
import io.deltarule.cli.model.PerplexityCommand;
import io.deltarule.cli.operation.CompareCommand;
import io.deltarule.cli.operation.OpCommand;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.cli.output.SaidOnce;
import io.deltarule.cli.output.Version;
import io.deltarule.cli.pack.PackCommand;
import io.deltarule.cli.pack.RemoteCommand;
import io.deltarule.cli.sdk.DevicesCommand;
import io.deltarule.cli.sdk.TornadoCommand;
import io.deltarule.cli.spark.SparkCommand;
import io.deltarule.cli.train.TrainCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code deltarule}: holds the others, and turns whatever goes wrong into one line and an exit code. */
@Command(
        name = "deltarule",
        description =
                "The delta-rule family of sequence models on the CPU and on any accelerator that TornadoVM reaches.",
        subcommands = {
            DevicesCommand.class,
            OpCommand.class,
            CompareCommand.class,
            BenchCommand.class,
            LogitsCommand.class,
            GenerateCommand.class,
            ChatCommand.class,
            PerplexityCommand.class,
            SparkCommand.class,
            InspectCommand.class,
            MakeModelCommand.class,
            ConvertCommand.class,
            TrainCommand.class,
            ReportCommand.class,
            TornadoCommand.class,
            PackCommand.class,
            RemoteCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a comparison past its tolerance, or a benchmark whose results are wrong",
            "2:bad input or options; one line on standard error says which",
            "3:this machine cannot: an engine or device is missing, memory is too small, an SDK cannot be had, output"
                    + " cannot be written",
            "4:training stopped: a loss or gradient is no longer finite",
            "70:a defect of this program",
            "141:whoever read standard output closed it"
        })
final class Cli implements Runnable {
    private final PrintWriter out;
    private final PrintWriter err;
    private final SaidOnce once;

    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of a failure.")
    private boolean debug;

    Cli(PrintWriter out, PrintWriter err, SaidOnce once) {
        this.out = out;
        this.err = err;
        this.once = once;
    }

    /**
     * Runs one command.
     *
     * @param args the command line
     * @return an exit code
     */
    int run(String... args) {
        String lost = Letters.lost(args);
        if (lost != null) {
            err.println("deltarule: " + lost);
            return ExitCode.BAD_INPUT;
        }
        CommandLine line = new CommandLine(this)
                .addSubcommand(ExperimentCommand.line())
                .addSubcommand(ExperimentCommand.retrieval())
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(false)
                .setExpandAtFiles(false) // a text may begin with @
                .setParameterExceptionHandler((e, a) -> fail(Failure.ofOptions(e), e))
                .setExecutionExceptionHandler((e, c, r) -> fail(Failure.of(e), e));
        try (HeldMessages notices = HeldMessages.hold(once)) {
            int code = line.execute(args);
            if (code == ExitCode.OK || code == ExitCode.MISMATCH || debug) {
                notices.release(err);
            }
            return code;
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
            return fail(Failure.of(e), e);
        }
    }

    private int fail(Failure failure, Throwable cause) {
        if (debug) {
            cause.printStackTrace(err);
        }
        err.println(failure.line());
        return failure.exitCode();
    }

    /** Without a command it says which commands there are. */
    @Override
    public void run() {
        spec.commandLine().usage(out);
    }
}
