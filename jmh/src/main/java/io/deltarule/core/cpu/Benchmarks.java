package io.deltarule.core.cpu;

import java.io.IOException;
import java.util.stream.Stream;
import org.openjdk.jmh.Main;

/** JMH's command line, that ends with an error when a benchmark fails: one whose result is wrong must not go unnoticed. */
public final class Benchmarks {
    private Benchmarks() {}

    /** Takes JMH's arguments; {@code -h} lists them. */
    public static void main(String... arguments) throws IOException {
        Main.main(Stream.concat(Stream.of("-foe", "true"), Stream.of(arguments)).toArray(String[]::new));
    }
}
