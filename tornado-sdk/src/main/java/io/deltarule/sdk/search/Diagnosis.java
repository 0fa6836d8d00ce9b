package io.deltarule.sdk.search;

import io.deltarule.sdk.Backend;
import io.deltarule.sdk.InstalledSdk;
import io.deltarule.sdk.SdkRelease;
import io.deltarule.sdk.driver.Driver;
import io.deltarule.sdk.driver.Drivers;
import io.deltarule.sdk.install.SdkStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why TornadoVM runs here or does not, and what to do about it.
 *
 * @param search which SDK
 * @param drivers what the system has
 * @param hints what to do, most important first; empty if nothing
 */
public record Diagnosis(SdkSearch search, Drivers drivers, List<String> hints) {
    /**
     * Looks at everything.
     *
     * @param environment of this process
     * @param launcherProblem what the launcher found wrong with the SDK, or empty
     * @param engineProblem why the engine cannot run on a device, if it cannot
     */
    public static Diagnosis run(
            Map<String, String> environment, String launcherProblem, Optional<String> engineProblem) {
        SdkStore store = SdkStore.ofUser(environment, System.getProperty("os.name"));
        SdkSearch search = SdkSearch.run(environment, store);
        Drivers drivers = Drivers.probe(environment);
        return new Diagnosis(search, drivers, hints(search, drivers, launcherProblem, engineProblem));
    }

    static List<String> hints(
            SdkSearch search, Drivers drivers, String launcherProblem, Optional<String> engineProblem) {
        List<String> hints = new ArrayList<>();
        if (!launcherProblem.isEmpty()) {
            hints.add(launcherProblem);
        }
        Drivers.Choice choice = drivers.choose();
        if (search.sdk().isEmpty()) {
            if (launcherProblem.isEmpty()) {
                hints.add("no TornadoVM SDK was found: ./deltarule tornado install --backend "
                        + choice.backend().id() + " fetches one (" + choice.why() + ")");
            }
            missing(choice.backend(), drivers, hints);
            return hints;
        }
        InstalledSdk sdk = search.sdk().get();
        if (!search.running() && launcherProblem.isEmpty()) {
            hints.add("this java was not started inside TornadoVM, so kernels run on the emulator: start ./deltarule, "
                    + "tornado -jar, or java @" + sdk.folder().resolve(InstalledSdk.ARGFILE));
        }
        if (!sdk.version().equals(SdkRelease.TESTED)) {
            hints.add(otherVersion(sdk, search.by(), choice));
        }
        List<Backend> backends =
                sdk.backends().stream().flatMap(b -> Backend.named(b).stream()).toList();
        backends.forEach(backend -> missing(backend, drivers, hints));
        if (!backends.isEmpty()
                && backends.stream().noneMatch(b -> drivers.missingFor(b).isEmpty())
                && drivers.missingFor(choice.backend()).isEmpty()) {
            hints.add("the SDK has no backend for what is here: ./deltarule tornado install --backend "
                    + choice.backend().id() + " fetches one (" + choice.why() + ")");
        }
        if (hints.isEmpty() && search.running()) {
            engineProblem.ifPresent(hints::add);
        }
        boolean onlyOpenCl = backends.equals(List.of(Backend.OPENCL));
        if (onlyOpenCl && choice.backend() == Backend.CUDA) {
            hints.add(
                    "for NVIDIA the cuda backend may be faster than opencl: ./deltarule tornado install --backend cuda");
        }
        return hints;
    }

    /** Which backends TornadoVM has, by its release notes: SPIR-V and PTX went with 6.0. */
    private static String otherVersion(InstalledSdk sdk, String by, Drivers.Choice choice) {
        String install =
                "./deltarule tornado install --backend " + choice.backend().id();
        return "the SDK is " + sdk.summary() + "; the kernels are tested with " + SdkRelease.TESTED + " alone"
                + (sdk.major() >= 6 ? ", and from 6.0 on TornadoVM has neither ptx nor spirv" : "") + ": " + install
                + " fetches " + SdkRelease.TESTED + " beside it ("
                + (by.equals("TORNADOVM_HOME") ? "unset TORNADOVM_HOME to use that" : choice.why()) + ")";
    }

    private static void missing(Backend backend, Drivers drivers, List<String> hints) {
        for (Driver driver : drivers.missingFor(backend)) {
            String hint = "the " + backend.id() + " backend needs " + driver.name() + ", but there is " + driver.found()
                    + ": " + driver.cure().orElseThrow();
            if (!hints.contains(hint)) {
                hints.add(hint);
            }
        }
    }

    /** For one line: the SDK, or that there is none. */
    public String sdkLine() {
        return search.sdk()
                .map(sdk -> sdk.summary() + " in " + sdk.folder() + " (found through " + search.by()
                        + (search.running() ? ")" : "; not in use)"))
                .orElse("no SDK");
    }
}
