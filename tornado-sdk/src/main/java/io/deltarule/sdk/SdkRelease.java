package io.deltarule.sdk;

import java.net.URI;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One archive of a TornadoVM release.
 *
 * @param version as the release's tag without its v, for example 5.2.0-jdk25
 * @param backend what it runs on
 * @param system what it was built for
 */
public record SdkRelease(String version, Backend backend, TargetSystem system) {
    /** The one that this project's kernels were verified with. */
    public static final String TESTED = "5.2.0-jdk25";

    private static final Pattern VERSION = Pattern.compile("[0-9]{1,4}\\.[0-9]{1,4}\\.[0-9]{1,4}-jdk([0-9]{1,4})");

    public SdkRelease {
        var parts = VERSION.matcher(version);
        String jdk = Integer.toString(Runtime.version().feature());
        if (!parts.matches() || !parts.group(1).equals(jdk)) {
            throw new InvalidOptionException("--release: expected a TornadoVM release for Java " + jdk + " such as "
                    + TESTED + " but found '" + version + "'");
        }
    }

    /** The folder inside the archive, and the one it is kept in. */
    public String folder() {
        return "tornadovm-" + version + "-" + backend.id();
    }

    public String archive() {
        return folder() + "-" + system.suffix() + ".zip";
    }

    /**
     * Where it is.
     *
     * @param releases the folder of all releases, a mirror's or the official one
     */
    public URI address(URI releases) {
        String base = releases.toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + "v" + version + "/" + archive());
    }

    /** Refuses what the project does not publish. */
    public void checkOffered() {
        if (system.offered().isEmpty()) {
            throw new InstallException("TornadoVM: expected linux-amd64, mac-aarch64 or windows-amd64, which have SDK "
                    + "archives, but this is " + system.suffix()
                    + "; build TornadoVM from source and set TORNADOVM_HOME");
        }
        if (!system.offered().contains(backend)) {
            throw new InvalidOptionException("--backend: expected "
                    + system.offered().stream().map(Backend::id).collect(Collectors.joining(" or "))
                    + ", which have an SDK for " + system.suffix() + ", but found '" + backend.id() + "'");
        }
    }
}
