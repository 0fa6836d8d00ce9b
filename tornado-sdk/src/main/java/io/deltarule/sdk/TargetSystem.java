package io.deltarule.sdk;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Operating system and processor as TornadoVM's archives name them.
 *
 * @param os linux, mac, windows, or what Java calls it
 * @param arch amd64, aarch64, or what Java calls it
 */
public record TargetSystem(String os, String arch) {
    /** The one that runs this. */
    public static TargetSystem current() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    public static TargetSystem of(String javaOs, String javaArch) {
        String os = javaOs.toLowerCase(Locale.ROOT);
        String arch = javaArch.toLowerCase(Locale.ROOT);
        return new TargetSystem(
                os.startsWith("mac") ? "mac" : os.startsWith("windows") ? "windows" : os,
                arch.equals("x86_64") ? "amd64" : arch.equals("arm64") ? "aarch64" : arch);
    }

    /** The end of its archives' names. */
    public String suffix() {
        return os + "-" + arch;
    }

    /** The backends that a 5.x release has an archive of for this system; macOS has metal too, which is not used here. */
    public Set<Backend> offered() {
        return switch (suffix()) {
            case "linux-amd64", "windows-amd64" -> EnumSet.allOf(Backend.class);
            case "mac-aarch64" -> EnumSet.of(Backend.OPENCL);
            default -> EnumSet.noneOf(Backend.class);
        };
    }
}
