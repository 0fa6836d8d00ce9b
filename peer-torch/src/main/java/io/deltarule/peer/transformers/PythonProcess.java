package io.deltarule.peer.transformers;

import io.deltarule.core.EngineUnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A Python that has loaded the fallback and waits for requests; the script beside this class says which there are. */
final class PythonProcess implements AutoCloseable {
    private static final String SCRIPT = "fallback.py";
    private static final long SECONDS_TO_END = 5;

    private final Process process;
    private final BufferedReader answers;
    private final Writer requests;

    /**
     * Starts it and waits until it is ready, some seconds.
     *
     * @param command what starts Python
     * @param threads that PyTorch computes on
     * @param exchanged the file with the operands, or null where no request needs any
     * @throws EngineUnavailableException if it cannot be started
     */
    PythonProcess(String command, int threads, Path exchanged) {
        List<String> line = List.of(
                command, "-c", script(), String.valueOf(threads), exchanged == null ? "" : exchanged.toString());
        try {
            process = new ProcessBuilder(line)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new EngineUnavailableException("engine transformers: " + e.getMessage());
        }
        answers = process.inputReader(StandardCharsets.UTF_8);
        requests = process.outputWriter(StandardCharsets.UTF_8);
        try {
            answer();
        } catch (IllegalStateException e) {
            close();
            throw new EngineUnavailableException(e.getMessage());
        }
    }

    private static String script() {
        try (InputStream in = PythonProcess.class.getResourceAsStream(SCRIPT)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Has a request carried out.
     *
     * @return nanoseconds that it took there
     * @throws IllegalStateException if Python says or shows that it cannot
     */
    long ask(String request, long... numbers) {
        try {
            requests.write(request + " "
                    + Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(" ")) + "\n");
            requests.flush();
        } catch (IOException e) {
            throw new IllegalStateException("engine transformers: Python has ended (" + e.getMessage() + ")");
        }
        return Long.parseLong(answer());
    }

    private String answer() {
        String line;
        try {
            line = answers.readLine();
        } catch (IOException e) {
            line = null;
        }
        if (line == null) {
            throw new IllegalStateException("engine transformers: Python ended without an answer");
        }
        if (!line.startsWith("ok")) {
            throw new IllegalStateException("engine transformers: " + line);
        }
        return line.substring(2).strip();
    }

    /** Ends it: it stops when there is nothing more to read. */
    @Override
    public void close() {
        try {
            requests.close();
        } catch (IOException e) {
            process.destroyForcibly(); // it does not listen any more
        }
        try {
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
