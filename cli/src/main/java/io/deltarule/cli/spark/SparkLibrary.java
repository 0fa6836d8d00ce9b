package io.deltarule.cli.spark;

import io.deltarule.cli.pack.ProgramJar;
import io.deltarule.core.EngineUnavailableException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What executors need of this project: the module for Spark, and what it runs. */
final class SparkLibrary {
    /** System property: the module's jar, and others that go with it, as a class path. {@code ./deltarule} sets it. */
    static final String PROPERTY = "io.deltarule.spark.jars";

    private SparkLibrary() {}

    /**
     * The jars, the module's first.
     *
     * @throws EngineUnavailableException if the module was not built
     */
    static List<Path> jars() {
        List<Path> jars = new ArrayList<>();
        Arrays.stream(System.getProperty(PROPERTY, "").split(File.pathSeparator, -1))
                .filter(jar -> !jar.isBlank())
                .map(Path::of)
                .forEach(jars::add);
        if (jars.isEmpty() || !Files.isRegularFile(jars.getFirst())) {
            throw new EngineUnavailableException("Spark: expected this project's module for it"
                    + (jars.isEmpty() ? "" : " at " + jars.getFirst())
                    + " but found none; start this command with ./deltarule, which builds it, or set -D" + PROPERTY
                    + "=spark-deltarule.jar");
        }
        Path own = ProgramJar.path();
        if (Files.isRegularFile(own)) {
            jars.add(own);
        }
        return jars;
    }
}
