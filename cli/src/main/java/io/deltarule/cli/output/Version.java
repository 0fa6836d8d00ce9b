package io.deltarule.cli.output;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.IVersionProvider;

/** This build's version, as the build wrote it. */
public final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"deltarule " + text() + ", Java " + Runtime.version()};
    }

    /** The version. */
    public static String text() {
        return line(0);
    }

    /** The commit of the sources, with "-dirty" where they had changes; null where the build did not know. */
    public static String commit() {
        String commit = line(1);
        return commit.equals("unknown") ? null : commit;
    }

    private static String line(int index) {
        try (InputStream in = Version.class.getResourceAsStream("version.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(index)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
