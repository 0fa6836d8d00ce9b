package io.deltarule.cli.spark;

import io.deltarule.core.EngineUnavailableException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Spark as the user has it: a folder with {@code jars}, and {@code conf} if there is any.
 *
 * @param home the folder
 */
record SparkInstallation(Path home) {
    private static final String CURE =
            "; unpack a spark-4.x-bin-hadoop3.tgz from https://spark.apache.org/downloads.html and set"
                    + " SPARK_HOME to its folder, or name it by --spark-home";
    private static final Pattern CORE = Pattern.compile("spark-core_(\\d+\\.\\d+)-(\\d+)\\..*\\.jar");

    /**
     * Finds it.
     *
     * @param option the folder that was named, or null
     * @param variable SPARK_HOME, or null
     * @throws EngineUnavailableException if there is none, or one that cannot be used, with what to do
     */
    static SparkInstallation find(Path option, String variable) {
        Path home = option != null ? option : variable == null || variable.isBlank() ? null : Path.of(variable);
        if (home == null) {
            throw new EngineUnavailableException(
                    "Spark: expected Apache Spark 4 in --spark-home or SPARK_HOME but found neither" + CURE);
        }
        String named = option != null ? "--spark-home" : "SPARK_HOME";
        Path jars = home.resolve("jars");
        if (!Files.isDirectory(jars)) {
            throw new EngineUnavailableException(
                    "Spark: expected Apache Spark 4 in " + named + " but " + home + " has no folder jars" + CURE);
        }
        try (Stream<Path> files = Files.list(jars)) {
            Matcher core = files.map(file -> CORE.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .findFirst()
                    .orElseThrow(() -> new EngineUnavailableException("Spark: expected Apache Spark 4 in " + named
                            + " but " + jars + " has no spark-core jar" + CURE));
            if (!core.group(1).equals("2.13") || Integer.parseInt(core.group(2)) != 4) {
                throw new EngineUnavailableException("Spark: expected Apache Spark 4 for Scala 2.13 in " + named
                        + " but found " + core.group() + CURE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SparkInstallation(home);
    }

    /** Its settings and its jars. */
    String classPath() {
        return home.resolve("conf") + File.pathSeparator + home.resolve("jars") + File.separator + "*";
    }
}
