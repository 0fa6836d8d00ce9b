package io.deltarule.sdk.search;

import io.deltarule.sdk.InstalledSdk;
import io.deltarule.sdk.install.SdkStore;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which SDK is used: the first of TORNADOVM_HOME (named), this program's own (installed for it), {@code tornado} on the
 * PATH and SDKMAN's current one (lying around). The launcher looks in the same places (.mvn/tools.sh).
 *
 * @param sdk what was found, if anything
 * @param by where, in words
 * @param running whether this JVM runs inside it
 */
public record SdkSearch(Optional<InstalledSdk> sdk, String by, boolean running) {
    /**
     * Looks.
     *
     * @param environment of this process
     * @param store this program's own
     */
    public static SdkSearch run(Map<String, String> environment, SdkStore store) {
        Optional<InstalledSdk> running = aroundThisJvm();
        SdkSearch found = lookAround(environment, store);
        if (running.isEmpty()) {
            return found;
        }
        // The launcher tells java where it is by TORNADOVM_HOME, whoever set that first.
        String launcher = System.getProperty("io.deltarule.tornado.found", "");
        boolean same = found.sdk()
                .map(s -> sameFolder(s.folder(), running.get().folder()))
                .orElse(false);
        String by = !launcher.isEmpty() ? launcher : same ? found.by() : "java's own arguments";
        return new SdkSearch(running, by, true);
    }

    static SdkSearch lookAround(Map<String, String> environment, SdkStore store) {
        String named = environment.getOrDefault("TORNADOVM_HOME", "");
        if (!named.isEmpty()) {
            return new SdkSearch(read(named), "TORNADOVM_HOME", false);
        }
        if (store.current().isPresent()) {
            return new SdkSearch(store.current(), "deltarule tornado install", false);
        }
        // What lies around may be there for other programs: one of another version is taken only where there is none
        // better.
        Optional<InstalledSdk> onPath = onPath(environment.getOrDefault("PATH", ""));
        String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
        Optional<InstalledSdk> sdkman = read(home + "/.sdkman/candidates/tornadovm/current");
        boolean first = onPath.isPresent()
                && (onPath.get().mayServe()
                        || sdkman.filter(InstalledSdk::mayServe).isEmpty());
        return first
                ? new SdkSearch(onPath, "tornado on the PATH", false)
                : new SdkSearch(sdkman, sdkman.isPresent() ? "SDKMAN" : "", false);
    }

    private static Optional<InstalledSdk> read(String folder) {
        try {
            return InstalledSdk.read(Path.of(folder));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Optional<InstalledSdk> onPath(String path) {
        for (String folder : path.split(File.pathSeparator, -1)) {
            try {
                Path launcher = Path.of(folder.isEmpty() ? "." : folder).resolve("tornado");
                if (Files.isExecutable(launcher)) {
                    Path bin = launcher.toRealPath().getParent();
                    return bin == null || bin.getParent() == null
                            ? Optional.empty()
                            : InstalledSdk.read(bin.getParent());
                }
            } catch (IOException | InvalidPathException e) {
                // a folder that cannot be read holds no SDK
            }
        }
        return Optional.empty();
    }

    /** The SDK whose modules this JVM has: they lie in share/java/tornado of it. */
    private static Optional<InstalledSdk> aroundThisJvm() {
        return ModuleLayer.boot()
                .configuration()
                .findModule("tornado.runtime")
                .flatMap(m -> m.reference().location())
                .filter(location -> "file".equals(location.getScheme()))
                .flatMap(SdkSearch::above);
    }

    private static Optional<InstalledSdk> above(URI jar) {
        Path folder = Path.of(jar);
        for (int level = 0; level < 4 && folder != null; level++) {
            folder = folder.getParent();
        }
        return folder == null ? Optional.empty() : InstalledSdk.read(folder);
    }

    private static boolean sameFolder(Path a, Path b) {
        try {
            return Files.isSameFile(a, b);
        } catch (IOException e) {
            return false;
        }
    }
}
