package io.deltarule.sdk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An SDK's folder, as its own files describe it.
 *
 * @param folder the folder that TORNADOVM_HOME would name
 * @param version from etc/tornado.release; unknown if that says nothing
 * @param backends from etc/tornado.backend, without "-backend"; empty if that says nothing
 */
public record InstalledSdk(Path folder, String version, List<String> backends) {
    public static final String ARGFILE = "tornado-argfile";
    public static final String TEMPLATE = "tornado-argfile.template";
    private static final int LONGEST_FILE = 1 << 16;
    private static final Pattern MAJOR = Pattern.compile("([0-9]{1,6})\\.");
    private static final String UNKNOWN = "unknown";

    /** Reads a folder; empty if it is no SDK, or one from before argument files. */
    public static Optional<InstalledSdk> read(Path folder) {
        if (!Files.isReadable(folder.resolve(ARGFILE)) && !Files.isReadable(folder.resolve(TEMPLATE))) {
            return Optional.empty();
        }
        String version = value(folder.resolve("etc/tornado.release"), "version").orElse(UNKNOWN);
        List<String> backends = value(folder.resolve("etc/tornado.backend"), "tornado.backends").stream()
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(name -> name.strip().replaceFirst("-backend$", ""))
                .filter(name -> !name.isEmpty())
                .toList();
        return Optional.of(new InstalledSdk(folder, version, backends));
    }

    private static Optional<String> value(Path file, String key) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_FILE) {
                return Optional.empty();
            }
            Stream<String> lines = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lines();
            return lines.filter(l -> l.startsWith(key + "="))
                    .map(l -> l.substring(key.length() + 1).strip())
                    .filter(v -> !v.isEmpty())
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Whether it is of the version that the kernels are tested with, or does not say of which it is. */
    public boolean mayServe() {
        return version.equals(SdkRelease.TESTED) || version.equals(UNKNOWN);
    }

    /** The first number of its version; 0 where there is none. */
    public int major() {
        Matcher number = MAJOR.matcher(version);
        return number.lookingAt() ? Integer.parseInt(number.group(1)) : 0;
    }

    /** For messages: version and backends. */
    public String summary() {
        return "TornadoVM " + version + (backends.isEmpty() ? "" : " with " + String.join(", ", backends));
    }
}
