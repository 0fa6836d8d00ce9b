package io.deltarule.cli.pack;

import io.deltarule.cli.output.OutputPath;
import io.deltarule.cli.output.Progress;
import io.deltarule.cli.sdk.TornadoCommand;
import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstallListener;
import io.deltarule.sdk.InstalledSdk;
import io.deltarule.sdk.pack.PackContents;
import io.deltarule.sdk.pack.PackWriter;
import io.deltarule.sdk.search.SdkSearch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deltarule pack}. */
@Command(
        name = "pack",
        description = {
            "Packs what a machine with nothing but a driver needs: this program, a Java of its own, the TornadoVM SDK in use.",
            "Unpacked there, ./deltarule runs as it does here; 'deltarule remote' sends it, runs the benchmark and brings the report back."
        })
public final class PackCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE",
            description =
                    "The archive to write, a tar.gz for machines of this one's kind; it appears whole or not at all.")
    private Path output;

    @Option(names = "--no-tornado", description = "Without TornadoVM's SDK: only the CPU is used there.")
    private boolean without;

    @Option(
            names = "--library",
            paramLabel = "FILE",
            description = "A native library that the machine may lack, such as libOpenCL.so.1; may be given again.")
    private List<Path> libraries = List.of();

    @Override
    public void run() {
        OutputPath.check("--output", output);
        PackContents contents = new PackContents(program(), without ? Optional.empty() : sdk(), libraries);
        try (Progress progress = Progress.start("packing")) {
            PackWriter.write(contents, output, new InstallListener() {
                @Override
                public void doing(String what) {
                    progress.say(what);
                }

                @Override
                public void note(String line) {}
            });
        }
        try {
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s: %d MiB, %s; unpack it with tar xzf, or run it there: ./deltarule remote HOST --pack %s --output report%n",
                            output,
                            Files.size(output) >> 20,
                            contents.sdk().map(InstalledSdk::summary).orElse("without TornadoVM"),
                            output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<InstalledSdk> sdk() {
        Optional<InstalledSdk> sdk =
                SdkSearch.run(System.getenv(), TornadoCommand.store()).sdk();
        if (sdk.isEmpty()) {
            throw new InstallException(
                    "pack: expected a TornadoVM SDK but found none; ./deltarule tornado install fetches one,"
                            + " and --no-tornado packs none");
        }
        return sdk;
    }

    /** The launcher's folder, told from where the program's jar lies in it. */
    private static Path program() {
        return ProgramJar.path().resolve("../../..").normalize().toAbsolutePath();
    }
}
