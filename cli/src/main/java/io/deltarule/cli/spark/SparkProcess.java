package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Spark's driver as a process of its own, started as {@code spark-submit} does: its jars are of versions of their own, and it asks a JVM for
 * more than this program needs. It tells by lines of JSON on its standard output how far it is and how it ended.
 *
 * @param spark where Spark is
 * @param master what computes
 * @param settings of Spark, each {@code name=value}
 * @param heap of the driver, as java's -Xmx takes it
 * @param tornado what JVMs that compute start with besides
 */
record SparkProcess(
        SparkInstallation spark, String master, List<String> settings, String heap, TornadoOptions tornado) {
    private static final String MAIN = "io.deltarule.spark.job.JobMain";
    private static final String MARK = "{\"deltarule\":";

    /** What executors of a standalone cluster have on their class path after Spark's jars. */
    private static final String CLASS_PATH = "spark.executorEnv.SPARK_DIST_CLASSPATH";

    private static final String EXECUTOR_OPTIONS = "spark.executor.extraJavaOptions";

    /** What this library asks of every JVM. */
    private static final List<String> FLAGS = List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /** What Spark asks of a JVM; its own scripts give these to drivers, and itself to executors. */
    private static final List<String> OPENED = List.of(
            "java.base/java.lang",
            "java.base/java.lang.invoke",
            "java.base/java.lang.reflect",
            "java.base/java.io",
            "java.base/java.net",
            "java.base/java.nio",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.util.concurrent.atomic",
            "java.base/jdk.internal.ref",
            "java.base/sun.nio.ch",
            "java.base/sun.nio.cs",
            "java.base/sun.util.calendar",
            "java.security.jgss/sun.security.krb5");

    private List<String> command() {
        List<Path> jars = SparkLibrary.jars();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + heap));
        command.addAll(FLAGS);
        String classPath = spark.classPath();
        if (master.startsWith("local") && !tornado.words().isEmpty()) { // the driver computes
            command.addAll(tornado.words());
            classPath += File.pathSeparator + tornado.classPath(jars);
        }
        OPENED.forEach(one -> command.add("--add-opens=" + one + "=ALL-UNNAMED"));
        command.addAll(List.of("-cp", classPath, "org.apache.spark.deploy.SparkSubmit", "--master", master));
        Stream.concat(defaults(jars), settings.stream().filter(one -> !one.startsWith(EXECUTOR_OPTIONS + "=")))
                .forEach(one -> command.addAll(List.of("--conf", one)));
        command.addAll(List.of("--class", MAIN));
        if (jars.size() > 1) {
            String others = jars.stream().skip(1).map(Path::toString).collect(Collectors.joining(","));
            command.addAll(List.of("--jars", others));
        }
        command.add(jars.getFirst().toString());
        return command;
    }

    /** Settings that the user's come after: executors' JVMs, and machines that cannot compute are left out after some failures. */
    private Stream<String> defaults(List<Path> jars) {
        String own = settings.stream()
                .filter(one -> one.startsWith(EXECUTOR_OPTIONS + "="))
                .map(one -> " " + one.substring(one.indexOf('=') + 1))
                .collect(Collectors.joining());
        String classPath = tornado.classPath(jars);
        return Stream.of(
                        "spark.ui.showConsoleProgress=false",
                        "spark.excludeOnFailure.enabled=true",
                        classPath.isEmpty() ? "" : CLASS_PATH + "=" + classPath,
                        EXECUTOR_OPTIONS + "=" + String.join(" ", FLAGS) + tornado.beside(own) + own)
                .filter(one -> !one.isEmpty());
    }

    /**
     * Runs a job.
     *
     * @param job its configuration
     * @param progress takes what it tells while it goes on
     * @param debug takes all that Spark says, or null
     * @return how it ended
     * @throws InvalidInputException if something about the job cannot be right
     * @throws EngineUnavailableException if the machines cannot do it
     */
    JsonNode run(JsonNode job, Consumer<JsonNode> progress, Consumer<String> debug) {
        try {
            Path log = Files.createTempFile("deltarule-spark", ".log");
            ProcessBuilder builder = new ProcessBuilder(command()).redirectError(log.toFile());
            builder.environment().put("SPARK_HOME", spark.home().toString());
            Process process = builder.start();
            Thread ender = new Thread(process::destroy, "end Spark");
            Runtime.getRuntime().addShutdownHook(ender);
            handOver(job, process);
            JsonNode last = listen(process, progress, debug);
            process.waitFor();
            Runtime.getRuntime().removeShutdownHook(ender);
            String words = Files.readString(log);
            if (debug != null) {
                words.lines().forEach(debug);
            }
            if (last != null && last.path("deltarule").asText().equals("done")) {
                Files.delete(log);
                return last;
            }
            throw failure(last, process.exitValue(), log.toFile(), words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while Spark was running", e);
        }
    }

    private static void handOver(JsonNode job, Process process) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(job.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It has ended before it read this, and what it said tells why.
        }
    }

    private static JsonNode listen(Process process, Consumer<JsonNode> progress, Consumer<String> debug)
            throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode last = null;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(MARK)) {
                    last = json.readTree(line);
                    progress.accept(last);
                } else if (debug != null) {
                    debug.accept(line);
                }
            }
        }
        return last;
    }

    private static RuntimeException failure(JsonNode last, int code, File log, String words) {
        String kind = last == null ? "" : last.path("kind").asText();
        String message = last == null ? "" : last.path("message").asText();
        if (kind.equals("input") || kind.equals("machine")) {
            log.deleteOnExit();
            return kind.equals("input") ? new InvalidInputException(message) : new EngineUnavailableException(message);
        }
        String said = !message.isEmpty()
                ? message
                : words.lines()
                        .filter(line -> line.contains("Exception") || line.startsWith("Error"))
                        .findFirst()
                        .orElse("its driver ended with exit code " + code);
        return new EngineUnavailableException(
                "Spark: expected the job to reach its end but: " + said + "; all that Spark said is in " + log);
    }
}
