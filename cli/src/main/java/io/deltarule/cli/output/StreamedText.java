package io.deltarule.cli.output;

import java.io.PrintWriter;

/**
 * Text that appears while it is made. When the program is interrupted, what is there is flushed and its line ended, and
 * nothing follows. On a terminal, control characters but tabs and line breaks become U+FFFD: a model must not drive it. A file or
 * another program gets the text as it is.
 */
public final class StreamedText implements AutoCloseable {
    private final PrintWriter out;
    private final boolean terminal;
    private final Thread onExit = new Thread(this::end, "end the line");
    private boolean midLine;
    private boolean over;

    /**
     * Text on a stream.
     *
     * @param out flushed after each piece
     * @param terminal whether a terminal shows it
     */
    public StreamedText(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    /**
     * Shows some text at once.
     *
     * @return false when nobody reads it any more
     */
    public synchronized boolean write(String text) {
        if (!over && !text.isEmpty()) {
            out.print(terminal ? text.replaceAll("[\\p{Cc}&&[^\\n\\t\\r]]|\\r(?!\\n)", "\uFFFD") : text);
            midLine = !text.endsWith("\n");
        }
        return !out.checkError(); // which flushes
    }

    private synchronized void end() {
        if (!over) {
            over = true;
            if (midLine) {
                out.println();
            }
            out.flush();
        }
    }

    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException alreadyExiting) {
            // then the hook runs, and finds the line ended
        }
    }
}
