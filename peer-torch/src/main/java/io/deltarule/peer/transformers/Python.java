package io.deltarule.peer.transformers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A Python that was looked at without starting PyTorch.
 *
 * @param command what starts it
 * @param version of transformers and of PyTorch in it, or null if it cannot serve
 * @param problem why it cannot, or null
 */
record Python(String command, String version, String problem) {
    private static final String VARIABLE = "DELTARULE_PYTHON";
    private static final long SECONDS = 30;
    private static final String ASK = "from importlib.metadata import version as v;"
            + "print('transformers', v('transformers') + ',', 'PyTorch', v('torch'))";

    /** The one that DELTARULE_PYTHON names, or python3; looked at once. */
    private static final class Here {
        private static final Python PYTHON =
                look(Optional.ofNullable(System.getenv(VARIABLE)).orElse("python3"));
    }

    static Python here() {
        return Here.PYTHON;
    }

    /** Looks at the Python of that name or path. */
    static Python look(String command) {
        try {
            Process process = new ProcessBuilder(List.of(command, "-c", ASK))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (InputStream out = process.getInputStream()) {
                process.getOutputStream().close();
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    return unfit(command, "one that does not answer");
                }
                String version = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
                return process.exitValue() == 0 && version.startsWith("transformers ")
                        ? new Python(command, version, null)
                        : unfit(command, "one that lacks them");
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return unfit(
                    command,
                    "none ("
                            + String.valueOf(e.getMessage())
                                    .replaceAll("\\s+", " ")
                                    .strip() + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unfit(command, "no time to ask it");
        }
    }

    private static Python unfit(String command, String found) {
        return new Python(
                command,
                null,
                "expected a Python with the packages torch and transformers as '" + command + "' but found " + found
                        + "; install them there, or set " + VARIABLE + " to a Python that has them");
    }
}
