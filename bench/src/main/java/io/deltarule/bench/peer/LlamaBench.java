package io.deltarule.bench.peer;

import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * llama.cpp's program llama-bench, which the user names. It is started anew for every measurement, loads the model, warms up and
 * times by its own clock; how it was built and what of it loads is the user's.
 *
 * @param program where it is
 */
public record LlamaBench(Path program) {
    private static final String OPTION = "--llama-bench: expected llama.cpp's program llama-bench";

    /**
     * How it is started.
     *
     * @param model a GGUF file
     * @param prompt tokens of a prefill
     * @param fresh tokens that are decoded one by one
     * @param threads how many
     * @param repeats of either
     */
    public record Task(Path model, int prompt, int fresh, int threads, int repeats) {}

    /**
     * Looks whether there is such a program.
     *
     * @throws InvalidInputException if there is none
     */
    public LlamaBench {
        if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
            throw new InvalidInputException(OPTION + " but found "
                    + (Files.exists(program) ? "something that cannot be run" : "nothing") + " at " + program
                    + "; build llama.cpp, and name its bin/llama-bench");
        }
    }

    private List<String> command(Task task) {
        return List.of(
                program.toAbsolutePath().toString(),
                "-m",
                task.model().toAbsolutePath().toString(),
                "-p",
                Integer.toString(task.prompt()),
                "-n",
                Integer.toString(task.fresh()),
                "-t",
                Integer.toString(task.threads()),
                "-r",
                Integer.toString(task.repeats()),
                "-ngl",
                "0",
                "-o",
                "json");
    }

    /**
     * Runs it, without layers on a GPU.
     *
     * @return what it measured
     * @throws InvalidInputException if it is not llama-bench, or does not read the model
     * @throws EngineUnavailableException if it cannot be started here
     */
    public LlamaBenchReport run(Task task) {
        List<String> command = command(task);
        Path errors = null;
        Process process = null;
        try {
            errors = Files.createTempFile("deltarule-llama-bench", ".txt");
            process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new InvalidInputException(OPTION + " to end with exit code 0 but found " + code + lastLine(errors)
                        + "; try " + String.join(" ", command));
            }
            return LlamaBenchReport.parse(out, task, String.join(" ", command));
        } catch (IOException e) {
            throw new EngineUnavailableException(
                    OPTION + " to start but found " + e.getMessage() + "; try " + String.join(" ", command));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while llama-bench ran", e);
        } finally {
            if (process != null) {
                process.destroy();
            }
            delete(errors);
        }
    }

    /** The last thing that it complained of. */
    private static String lastLine(Path errors) throws IOException {
        List<String> lines = new String(Files.readAllBytes(errors), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return lines.isEmpty() ? "" : " and '" + lines.getLast().strip() + "'";
    }

    private static void delete(Path errors) {
        try {
            if (errors != null) {
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            // a temporary file stays; the system takes it
        }
    }
}
