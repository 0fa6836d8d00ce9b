package io.deltarule.cli;

import io.deltarule.cli.output.CannotWriteException;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.loader.GgufException;
import io.deltarule.loader.SafetensorsException;
import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InvalidOptionException;
import io.deltarule.training.NotFiniteException;
import java.nio.file.InvalidPathException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * What a failed command says: one line and an exit code.
 *
 * @param exitCode one of {@link ExitCode}
 * @param line for standard error, without a line break
 */
record Failure(int exitCode, String line) {
    private static final int LONGEST = 1000;

    /** Text from a file must not start a second line, move the cursor or fill the screen. */
    Failure {
        line = line.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " ");
        if (line.length() > LONGEST) {
            line = line.substring(0, LONGEST) + " ...";
        }
    }

    /** What an exception of a running command means for the user. */
    static Failure of(Throwable thrown) {
        return switch (thrown) {
            case InvalidInputException e -> new Failure(ExitCode.BAD_INPUT, "deltarule: " + e.getMessage());
            case InvalidOptionException e -> new Failure(ExitCode.BAD_INPUT, "deltarule: " + e.getMessage());
            case NumericException e -> new Failure(ExitCode.BAD_INPUT, "deltarule: " + e.getMessage());
            case NotFiniteException e -> new Failure(ExitCode.NOT_FINITE, "deltarule: " + e.getMessage());
            case SafetensorsException e
            when e.problem() == SafetensorsException.Problem.IO_FAILED ->
                new Failure(ExitCode.CANNOT_RUN_HERE, "deltarule: " + e.getMessage());
            case GgufException e
            when e.problem() == GgufException.Problem.IO_FAILED ->
                new Failure(ExitCode.CANNOT_RUN_HERE, "deltarule: " + e.getMessage());
            case GgufException e -> new Failure(ExitCode.BAD_INPUT, "deltarule: " + e.getMessage());
            case SafetensorsException e -> new Failure(ExitCode.BAD_INPUT, "deltarule: " + e.getMessage());
            case EngineUnavailableException e -> new Failure(ExitCode.CANNOT_RUN_HERE, "deltarule: " + e.getMessage());
            case CannotWriteException e -> new Failure(ExitCode.CANNOT_RUN_HERE, "deltarule: " + e.getMessage());
            case InstallException e -> new Failure(ExitCode.CANNOT_RUN_HERE, "deltarule: " + e.getMessage());
            case InvalidPathException e ->
                new Failure(
                        ExitCode.BAD_INPUT,
                        "deltarule: expected a path in this locale's encoding, "
                                + System.getProperty("sun.jnu.encoding") + ", but found '" + e.getInput()
                                + "'; set LC_ALL=C.UTF-8, or rename it");
            case OutOfMemoryError e ->
                new Failure(
                        ExitCode.CANNOT_RUN_HERE,
                        "deltarule: memory: expected enough for this operation but found "
                                + (Runtime.getRuntime().maxMemory() >> 20) + " MiB at most (" + e.getMessage()
                                + "); use shorter or fewer sequences, or DELTARULE_JAVA_OPTIONS=-Xmx...");
            default ->
                new Failure(
                        ExitCode.INTERNAL_ERROR,
                        "deltarule: a defect of this program: " + thrown
                                + "; please report it with the output of the same command and --debug");
        };
    }

    /** What is wrong with the options themselves. */
    static Failure ofOptions(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String cure = "; '" + name + " --help' lists what there is";
        // picocli tells of what is missing before it tells of what it does not know, and the second explains the first.
        List<String> unknown = command.getUnmatchedArguments();
        String line = unknown.isEmpty()
                ? plain(e.getMessage())
                : "expected " + known(command, unknown.getFirst()) + " but found '" + unknown.getFirst() + "'";
        return new Failure(ExitCode.BAD_INPUT, name + ": " + line + cure);
    }

    /** What could have stood there. */
    private static String known(CommandLine command, String unknown) {
        String commands = String.join(", ", command.getSubcommands().keySet());
        return commands.isEmpty() || unknown.startsWith("-")
                ? "only options and commands that exist"
                : "one of " + commands;
    }

    /** picocli's own sentence in the order of all other messages: what was expected, then what was found. */
    private static String plain(String message) {
        return message.replaceFirst("^Missing required (.*?): (.*)$", "expected the required $1 $2 but found none")
                .replaceFirst("^Missing required (.*)$", "expected the required $1 but found none")
                .replaceFirst("^Invalid value for [^']*'([^']*)'[^:]*: (expected .*)$", "$1: $2")
                .replaceFirst(
                        "^Invalid value for [^']*'([^']*)'[^:]*: '(.*)' is not an? (int|long|double)$",
                        "$1: expected a number ($3) but found '$2'");
    }
}
