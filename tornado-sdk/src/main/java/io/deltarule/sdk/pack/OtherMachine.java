package io.deltarule.sdk.pack;

import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstallListener;
import io.deltarule.sdk.archive.Unpacker;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A machine that a shell reaches, for example by {@code ssh}: what it needs is sent as one archive, runs in a folder of its own,
 * and leaves a report that comes back.
 *
 * @param shell the words that start a shell there; one more, a script for sh, is added
 */
public record OtherMachine(List<String> shell) {
    /** A report has three files; this is far more than any of them. */
    private static final Unpacker.Limits REPORT = new Unpacker.Limits(100, 1L << 30);

    private static final String FOLDER = "deltarule-run";

    /** Over the network, asking nothing: whoever has no key gets an error in place of a question. */
    public static OtherMachine byName(String host) {
        if (host.startsWith("-") || host.isBlank()) {
            throw new InstallException("HOST: expected a machine's name, as ssh takes it, but found '" + host + "'");
        }
        return new OtherMachine(List.of("ssh", "-o", "BatchMode=yes", host));
    }

    /**
     * Sends, runs, brings back, clears away.
     *
     * @param pack an archive of {@link PackWriter}
     * @param arguments what {@code ./deltarule bench} gets there, without {@code --output}
     * @param report the folder to make here; it appears whole or not at all
     * @param keep whether what was sent stays there
     * @param listener told what is going on
     * @return the exit code of the run; whatever it is, what it wrote has been brought back
     * @throws InstallException if the machine cannot be reached, or wrote no report
     */
    public int bench(Path pack, List<String> arguments, Path report, boolean keep, InstallListener listener) {
        Path target = report.toAbsolutePath();
        if (Files.exists(target)) {
            throw new InstallException(
                    "--output: expected a folder that does not exist but found " + report + "; name a new one");
        }
        if (!Files.isRegularFile(pack)) {
            throw new InstallException(
                    "--pack: expected an archive but found no file " + pack + "; ./deltarule pack makes one");
        }
        String folder = FOLDER + "-" + UUID.randomUUID();
        try {
            int code;
            try {
                listener.doing("sending " + (Files.size(pack) >> 20) + " MiB");
                require(
                        "unpack what was sent",
                        start("mkdir " + folder + " && cd " + folder + " && tar xzf -", Redirect.from(pack.toFile())));
                listener.doing("running there");
                code = start(
                                "cd " + folder + "/" + PackWriter.FOLDER + " && ./deltarule bench --output report "
                                        + arguments.stream()
                                                .map(OtherMachine::quoted)
                                                .collect(Collectors.joining(" ")),
                                Redirect.PIPE)
                        .waitFor();
                listener.doing("bringing the report back");
                fetch(folder, target);
            } finally {
                if (!keep) {
                    start("rm -rf " + folder, Redirect.PIPE).waitFor();
                }
            }
            return code;
        } catch (IOException e) {
            throw new InstallException("the other machine: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InstallException("the other machine: interrupted", e);
        }
    }

    private void fetch(String folder, Path target) throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory(target.getParent(), ".report-");
        try {
            Path archive = scratch.resolve("report.tar.gz");
            Process process = builder("cd " + folder + "/" + PackWriter.FOLDER + " && tar czf - report")
                    .redirectOutput(archive.toFile())
                    .redirectError(Redirect.INHERIT)
                    .start();
            process.getOutputStream().close();
            require("pack its report", process);
            Path unpacked = Files.createDirectory(scratch.resolve("unpacked"));
            Unpacker.unpack(archive, unpacked, REPORT, bytes -> {});
            try {
                Files.move(unpacked.resolve("report"), target);
            } catch (FileAlreadyExistsException e) {
                throw new IOException("expected no folder " + target + " but one appeared meanwhile", e);
            }
        } finally {
            PackWriter.delete(scratch);
        }
    }

    /** What it prints goes where this program prints. */
    private Process start(String script, Redirect input) throws IOException {
        Process process = builder(script)
                .redirectInput(input)
                .redirectOutput(Redirect.INHERIT)
                .redirectError(Redirect.INHERIT)
                .start();
        if (input.type() == Redirect.Type.PIPE) {
            process.getOutputStream().close();
        }
        return process;
    }

    private ProcessBuilder builder(String script) {
        return new ProcessBuilder(
                Stream.concat(shell.stream(), Stream.of(script)).toList());
    }

    private void require(String what, Process process) throws IOException, InterruptedException {
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException("expected '" + String.join(" ", shell) + "' to " + what
                    + " but it ended with exit code " + code + "; what it said stands above");
        }
    }

    /** One word for sh, whatever it holds. */
    static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
