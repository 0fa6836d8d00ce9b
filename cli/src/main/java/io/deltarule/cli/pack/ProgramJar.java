package io.deltarule.cli.pack;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where this program's classes are. */
public final class ProgramJar {
    private ProgramJar() {}

    /** Its jar, or a folder of classes in tests. */
    public static Path path() {
        try {
            return Path.of(ProgramJar.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
