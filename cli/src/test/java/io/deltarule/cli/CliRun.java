package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.cli.output.ExitCode;
import io.deltarule.cli.output.SaidOnce;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** One command run in this process: what it printed and its exit code. */
record CliRun(int code, String out, String err) {
    static CliRun of(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = args[i].toString();
        }
        int code = new Cli(new PrintWriter(out, true), new PrintWriter(err, true), SaidOnce.never()).run(texts);
        return new CliRun(code, out.toString(), err.toString());
    }

    /** A golden operation file, copied out of core's tests. */
    static Path golden(String name, Path folder) {
        try (InputStream in = CliRun.class.getResourceAsStream("/golden/" + name)) {
            Path copy = folder.resolve(name);
            Files.copy(in, copy);
            return copy;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    CliRun succeeded() {
        assertEquals(ExitCode.OK, code, () -> "exit code; standard error: " + err);
        return this;
    }

    /** Failed as bad input does: exit code 2, nothing on standard output, one line on standard error. */
    String refusal() {
        assertEquals(ExitCode.BAD_INPUT, code, () -> "exit code; standard error: " + err);
        assertEquals("", out);
        assertEquals(1, err.lines().count(), () -> "one line expected: " + err);
        return err.strip();
    }
}
