package io.deltarule.cli.output;

import java.io.PrintStream;

/**
 * Shows that long work is going on: one line on standard error with what is done and for how long, redrawn on a
 * terminal and erased at the end, and nothing anywhere else. Interrupting the program erases it too.
 */
public final class Progress implements AutoCloseable {
    private static final long REDRAW_MILLIS = 250;
    private static final String ERASE_LINE = "\r\033[K";

    private final PrintStream terminal; // null where there is none
    private final long begun = System.nanoTime();
    private final Thread eraser = new Thread(this::erase, "erase progress");
    private final Thread drawer = new Thread(this::draw, "draw progress");
    private volatile String text;
    private boolean over;

    private Progress(PrintStream terminal, String text) {
        this.terminal = terminal;
        this.text = text;
        if (terminal != null) {
            Runtime.getRuntime().addShutdownHook(eraser);
            drawer.setDaemon(true);
            drawer.start();
        }
    }

    /**
     * Begins.
     *
     * @param text what is done
     * @return to be closed when it is done
     */
    public static Progress start(String text) {
        return new Progress(TerminalState.ofErrors() ? System.err : null, text);
    }

    /** As {@link #start}, on a given terminal. */
    static Progress on(PrintStream terminal, String text) {
        return new Progress(terminal, text);
    }

    /** What is being done now. */
    public void say(String now) {
        text = now;
    }

    private void draw() {
        try {
            while (redraw()) {
                Thread.sleep(REDRAW_MILLIS);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean redraw() {
        if (!over) {
            long seconds = (System.nanoTime() - begun) / 1_000_000_000;
            terminal.print(ERASE_LINE + "deltarule: " + text + ", " + seconds + " s");
            terminal.flush();
        }
        return !over;
    }

    private synchronized void erase() {
        if (!over) {
            over = true;
            terminal.print(ERASE_LINE);
            terminal.flush();
        }
    }

    @Override
    public void close() {
        end();
    }

    /** Closes it before what it shows is over, so that results can be printed; a second time does nothing. */
    public void end() {
        if (terminal != null) {
            drawer.interrupt();
            erase();
            try {
                Runtime.getRuntime().removeShutdownHook(eraser);
            } catch (IllegalStateException alreadyExiting) {
                // then the hook runs, and finds nothing to erase
            }
        }
    }
}
