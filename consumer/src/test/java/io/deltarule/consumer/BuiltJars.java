package io.deltarule.consumer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The jars that a user of module models and of the TornadoVM engine gets, as this build has packed them. */
final class BuiltJars {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** What no user of the libraries gets: the command line, what it alone needs, and tests. */
    private static final String NOT_FOR_USERS =
            ".*(/target/|-tests\\.jar$|/(cli|bench|charts|experiments|tornado-sdk)/|/picocli|/jmustache|/junit|/opentest4j"
                    + "|/apiguardian|/jspecify|/jazzer).*";

    private BuiltJars() {}

    /** This project's own jars and those of libraries. */
    static List<Path> ofLibraries() {
        return Stream.concat(
                        Stream.of("core", "loader", "models", "tornado-kernels", "tornado-emulator")
                                .map(BuiltJars::of),
                        Stream.of(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                                        .split(File.pathSeparator, -1))
                                .filter(entry -> entry.endsWith(".jar") && !entry.matches(NOT_FOR_USERS))
                                .map(Path::of))
                .toList();
    }

    static String path(List<Path> jars) {
        return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** A module's jar. */
    static Path of(String module) {
        Path jar = ROOT.resolve(module)
                .resolve("target")
                .resolve(module + "-" + System.getProperty("deltarule.test.version") + ".jar");
        assertTrue(
                Files.isRegularFile(jar), jar + " is not there: these tests run after it is packed, in ./mvnw verify");
        return jar;
    }
}
