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

    /** The first release whose archives are for ranges of Java versions, and without PTX and SPIR-V. */
    private static final int WITHOUT_JVMCI = 6;

    private static final Pattern VERSION =
            Pattern.compile("([0-9]{1,4})\\.[0-9]{1,4}\\.[0-9]{1,4}-jdk([0-9]{1,4}(?:plus)?)");

    public SdkRelease {
        var parts = VERSION.matcher(version);
        String jdk = Integer.toString(Runtime.version().feature());
        if (!parts.matches()) {
            throw new InvalidOptionException("--release: expected a TornadoVM release for Java " + jdk + " such as "
                    + TESTED + " but found '" + version + "'");
        }
        if (Integer.parseInt(parts.group(1)) >= WITHOUT_JVMCI) {
            checkLater(version, parts.group(2), backend);
        } else if (!parts.group(2).equals(jdk)) {
            throw new InvalidOptionException("--release: expected a TornadoVM release for Java " + jdk + " such as "
                    + TESTED + " but found '" + version + "'");
        }
    }

    /** By its release notes: 6.0 ended PTX, SPIR-V and archives for one version of Java. */
    private static void checkLater(String version, String java, Backend backend) {
        if (!java.equals("22plus")) {
            throw new InvalidOptionException(
                    "--release: expected a release from 6.0 on to end in -jdk22plus, which is the"
                            + " one for this Java, but found '" + version + "'; the kernels were verified with "
                            + TESTED);
        }
        if (backend == Backend.PTX || backend == Backend.SPIRV) {
            throw new InvalidOptionException("--backend: expected cuda or opencl with --release " + version
                    + ", since TornadoVM has no " + backend.id() + " backend from 6.0 on, but found '" + backend.id()
                    + "'; " + TESTED + " is the last release that has it");
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
