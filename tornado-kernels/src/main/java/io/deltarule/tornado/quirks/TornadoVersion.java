package io.deltarule.tornado.quirks;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which TornadoVM this JVM has, told from its runtime's archive, beside the one that the kernels were verified with. */
public final class TornadoVersion {
    /** The release whose quirks the engine knows and with which every kernel was held to float64. */
    public static final String VERIFIED = "5.2.0-jdk25";

    private static final Pattern ARCHIVE = Pattern.compile(".*/tornado-runtime-([0-9][^/]*)\\.jar");

    private TornadoVersion() {}

    /** The version of this JVM's TornadoVM; empty without one, or if its archive has another name. */
    public static Optional<String> running() {
        return ModuleLayer.boot()
                .configuration()
                .findModule("tornado.runtime")
                .flatMap(module -> module.reference().location())
                .flatMap(TornadoVersion::of);
    }

    static Optional<String> of(URI archive) {
        Matcher name = ARCHIVE.matcher(archive.toString());
        return name.matches() ? Optional.of(name.group(1)) : Optional.empty();
    }

    /** What there is to say of a version, or empty if it is the verified one. */
    public static Optional<String> notice(String version) {
        return version.equals(VERIFIED)
                ? Optional.empty()
                : Optional.of("the kernels run on TornadoVM " + version + " and were verified with " + VERIFIED
                        + " alone: compare results with --engine cpu, or start with that SDK (./deltarule tornado"
                        + " install fetches it)");
    }
}
