package io.deltarule.cli.sdk;

import io.deltarule.core.InvalidInputException;
import io.deltarule.sdk.InstalledSdk;
import io.deltarule.sdk.install.SdkStore;
import io.deltarule.sdk.search.SdkSearch;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** TornadoVM's SDK: fetching it, listing and removing those that were fetched. */
@Command(
        name = "tornado",
        description = "Installs TornadoVM's SDK for this user, lists those installed and removes them.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TornadoInstallCommand.class, TornadoCommand.ListCommand.class, TornadoCommand.RemoveCommand.class
        })
public final class TornadoCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** Where this program keeps SDKs. */
    public static SdkStore store() {
        return SdkStore.ofUser(System.getenv(), System.getProperty("os.name"));
    }

    private static String name(InstalledSdk sdk) {
        return sdk.folder().getFileName().toString();
    }

    /** Lists what {@code tornado install} put there. */
    @Command(name = "list", description = "Lists the SDKs that 'tornado install' put there; * is the one in use.")
    static final class ListCommand implements Runnable {
        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            SdkStore store = store();
            PrintWriter out = spec.commandLine().getOut();
            List<InstalledSdk> all = store.all();
            if (all.isEmpty()) {
                out.println("none installed in " + store.root() + "; 'deltarule tornado install' fetches one");
            }
            for (InstalledSdk sdk : all) {
                boolean current = store.current().filter(sdk::equals).isPresent();
                out.println((current ? "* " : "  ") + name(sdk) + "  " + sdk.folder());
            }
            SdkSearch used = SdkSearch.run(System.getenv(), store);
            if (used.sdk().isPresent() && !used.sdk().equals(store.current())) {
                out.println("before these comes " + used.sdk().get().folder() + " (found through " + used.by() + ")");
            } else if (used.sdk().isEmpty() && !used.by().isEmpty()) {
                out.println(used.by() + " comes first and names none; unset it to use one of these");
            }
        }
    }

    /** Removes one. */
    @Command(name = "remove", description = "Removes an SDK that 'tornado install' put there.")
    static final class RemoveCommand implements Runnable {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "NAME", description = "As 'tornado list' prints it.")
        private String name;

        @Override
        public void run() {
            SdkStore store = store();
            List<String> names = store.all().stream().map(TornadoCommand::name).toList();
            if (!names.contains(name)) {
                throw new InvalidInputException("NAME: expected "
                        + (names.isEmpty() ? "nothing, since no SDK is installed," : String.join(" or ", names))
                        + " but found '" + name + "'");
            }
            store.remove(name);
            spec.commandLine()
                    .getOut()
                    .println("removed " + name
                            + store.current()
                                    .map(c -> "; in use is now " + name(c))
                                    .orElse(""));
        }
    }
}
