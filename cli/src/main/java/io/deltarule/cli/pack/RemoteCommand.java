package io.deltarule.cli.pack;

import io.deltarule.cli.output.Progress;
import io.deltarule.core.InvalidInputException;
import io.deltarule.sdk.InstallListener;
import io.deltarule.sdk.pack.OtherMachine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code deltarule remote}. */
@Command(
        name = "remote",
        description = {
            "Runs the benchmark on another machine and brings its report back: sends an archive that 'deltarule pack' made, unpacks it in"
                    + " a new folder, runs ./deltarule bench there, and clears the folder away.",
            "The machine needs sh, tar, gzip and a driver. The exit code is that of the run there."
        })
public final class RemoteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "HOST", description = "The machine, as ssh takes it.")
    private String host;

    @Parameters(
            index = "1..*",
            paramLabel = "ARG",
            description = "What ./deltarule bench gets there, after --; for example: -- --suite quick --engine tornado")
    private List<String> arguments = List.of();

    @Option(names = "--pack", required = true, paramLabel = "FILE", description = "The archive to send.")
    private Path pack;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "The folder to make here for the report; it appears whole or not at all.")
    private Path output;

    @Option(
            names = "--shell",
            paramLabel = "WORDS",
            description = "In place of ssh: words that, with a script as one more, run it there, for example"
                    + " \"docker exec -i box sh -c\".")
    private String shell;

    @Option(names = "--keep", description = "Leave there what was sent.")
    private boolean keep;

    @Override
    public Integer call() {
        Path folder = output.toAbsolutePath().getParent();
        if (folder == null || !Files.isWritable(folder)) {
            throw new InvalidInputException("--output: expected a new folder in one that can be written into but found "
                    + output + "; name another");
        }
        OtherMachine machine = shell == null
                ? OtherMachine.byName(host)
                : new OtherMachine(List.of(shell.strip().split(" +")));
        int code;
        try (Progress progress = Progress.start("reaching " + host)) {
            code = machine.bench(pack, arguments, output, keep, new InstallListener() {
                @Override
                public void doing(String what) {
                    progress.say(host + ": " + what);
                }

                @Override
                public void note(String line) {}
            });
        }
        spec.commandLine()
                .getOut()
                .println("the report of " + host + " is in " + output + "; open " + output.resolve("report.html"));
        return code;
    }
}
