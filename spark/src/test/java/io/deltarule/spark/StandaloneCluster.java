package io.deltarule.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.launcher.JavaModuleOptions;

/** Spark's own master and workers, each a process of this machine. */
final class StandaloneCluster implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final Path folder;
    private final int port;
    private final Process master;
    private final List<Process> workers = new ArrayList<>();
    private int started;

    /** Starts a master. */
    StandaloneCluster(Path folder, Path home) {
        this.folder = folder;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        master = start(
                home,
                Map.of(),
                List.of(),
                "master",
                "org.apache.spark.deploy.master.Master",
                "--host",
                HOST,
                "--port",
                Integer.toString(port),
                "--webui-port",
                "0");
        awaitMaster();
    }

    /** Starts a worker of one core whose executors have what lies in this folder. */
    StandaloneCluster worker(Path home, Map<String, String> environment) {
        return worker(home, 1, environment, List.of());
    }

    /** Starts a worker with settings of its own, as options of java's. */
    StandaloneCluster worker(Path home, int cores, Map<String, String> environment, List<String> settings) {
        String name = "worker" + started++;
        workers.add(start(
                home,
                environment,
                settings,
                name,
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                HOST,
                "--cores",
                Integer.toString(cores),
                "--memory",
                cores + "g",
                "--webui-port",
                "0",
                "--work-dir",
                folder.resolve(name).toString(),
                master()));
        return this;
    }

    String master() {
        return "spark://" + HOST + ":" + port;
    }

    private Process start(
            Path home,
            Map<String, String> environment,
            List<String> settings,
            String name,
            String main,
            String... arguments) {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptionArray()));
        command.addAll(settings);
        command.addAll(List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                home.resolve("jars") + File.separator + "*",
                main));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", HOST);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private void awaitMaster() {
        for (int i = 0; i < 600; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException notYet) {
                pause();
            }
        }
        throw new IllegalStateException("the master did not start: " + log("master"));
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The executors' processes: the workers' children. */
    List<ProcessHandle> executors() {
        return workers.stream().flatMap(Process::descendants).toList();
    }

    /** Ends the workers and their executors; others may be started after them. */
    void stopWorkers() {
        List<ProcessHandle> executors = executors();
        workers.forEach(StandaloneCluster::end);
        executors.forEach(ProcessHandle::destroyForcibly);
        workers.clear();
    }

    private static void end(Process process) {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopWorkers();
        end(master);
    }
}
