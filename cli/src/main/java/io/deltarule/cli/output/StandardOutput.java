package io.deltarule.cli.output;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Standard output that remembers whether all of it was written: {@link PrintWriter} drops what the system says, and a command
 * whose output went nowhere must not end as if it were done.
 */
public final class StandardOutput extends OutputStream {
    private final OutputStream to;
    private IOException failure;

    StandardOutput(OutputStream to) {
        this.to = to;
    }

    /** The process's own. */
    public static StandardOutput ofProcess() {
        return new StandardOutput(new FileOutputStream(FileDescriptor.out));
    }

    /** For text, flushed at each line's end. Where Java would write ASCII, for want of a locale, it is UTF-8. */
    public PrintWriter writer() {
        Charset told = System.out.charset();
        return new PrintWriter(this, true, told.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : told);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int count) throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            to.write(bytes, from, count);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /**
     * What the process ends with, in place of a success whose output was lost.
     *
     * @param code of the command
     * @param err is told what was lost, unless a reader that had enough closed its end, as {@code head} does
     */
    public synchronized int exitCode(int code, PrintWriter err) {
        if (failure == null || (code != ExitCode.OK && code != ExitCode.MISMATCH)) {
            return code;
        }
        if (String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("broken pipe")) {
            return ExitCode.READER_GONE;
        }
        err.println("deltarule: " + CannotWriteException.line("standard output", failure));
        return ExitCode.CANNOT_RUN_HERE;
    }
}
