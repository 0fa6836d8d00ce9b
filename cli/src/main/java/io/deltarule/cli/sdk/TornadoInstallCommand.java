package io.deltarule.cli.sdk;

import io.deltarule.cli.output.Progress;
import io.deltarule.sdk.Backend;
import io.deltarule.sdk.InstallListener;
import io.deltarule.sdk.InstalledSdk;
import io.deltarule.sdk.driver.Drivers;
import io.deltarule.sdk.install.SdkInstaller;
import io.deltarule.sdk.install.SdkStore;
import io.deltarule.sdk.search.SdkSearch;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Fetches TornadoVM's SDK and makes it the one in use. */
@Command(
        name = "install",
        description = {
            "Downloads TornadoVM's SDK for this system, unpacks it into your data folder and uses it from then on.",
            "A download that is cut off goes on where it stopped when the command runs again. Nothing is used that is"
                    + " damaged, or that would write outside its folder. An SDK that is there already is only made the"
                    + " one in use."
        })
final class TornadoInstallCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            converter = BackendConverter.class,
            description = "opencl, ptx, cuda or spirv (default: what the drivers found here call for).")
    private Backend backend;

    @Option(
            names = "--release",
            paramLabel = "VERSION",
            description = "TornadoVM's version (default: 5.2.0-jdk25, with which the kernels were verified).")
    private String release;

    @Option(names = "--url", paramLabel = "URL", description = "Download this archive instead of the official one.")
    private String url;

    @Option(
            names = "--archive",
            paramLabel = "FILE",
            description = "Unpack this zip or tar.gz, for machines without a network.")
    private Path archive;

    @Option(
            names = "--sha256",
            paramLabel = "HEX",
            description = "The archive's checksum (default: what the release publishes).")
    private String sha256;

    @Option(names = "--force", description = "Replace an SDK that is there.")
    private boolean force;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Backend wanted = backend;
        if (wanted == null) {
            Drivers.Choice choice = Drivers.probe(System.getenv()).choose();
            out.println("backend " + choice.backend().id() + ": " + choice.why());
            wanted = choice.backend();
        }
        SdkStore store = TornadoCommand.store();
        SdkInstaller.Outcome outcome = install(store, wanted);
        InstalledSdk sdk = outcome.sdk();
        out.println((outcome.wasThere() ? "already installed: " : "installed: ") + sdk.summary() + " in " + sdk.folder()
                + (outcome.wasThere() ? "; --force replaces it" : ""));
        SdkSearch used = SdkSearch.run(System.getenv(), store);
        if (used.sdk().filter(sdk::equals).isPresent()) {
            out.println("./deltarule devices now lists its devices");
        } else {
            out.println(used.by() + " comes first and names " + (used.sdk().isPresent() ? "another SDK" : "none")
                    + "; unset it to use this one");
        }
    }

    private SdkInstaller.Outcome install(SdkStore store, Backend wanted) {
        List<String> lines = new ArrayList<>();
        try (Progress progress = Progress.start("TornadoVM: starting")) {
            InstallListener listener = new InstallListener() {
                @Override
                public void doing(String what) {
                    progress.say("TornadoVM: " + what);
                }

                @Override
                public void note(String line) {
                    lines.add(line);
                }
            };
            return new SdkInstaller(store, listener)
                    .install(new SdkInstaller.Options(
                            release, wanted, System.getenv("DELTARULE_TORNADO_MIRROR"), url, archive, sha256, force));
        } finally {
            // Printed after the progress line is gone, which would tear them otherwise.
            lines.forEach(line -> spec.commandLine().getErr().println("deltarule: " + line));
        }
    }
}
