package io.deltarule.bench.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows that long work is going on: a line that is redrawn on a terminal and erased at the end, and nothing anywhere
 * else. Interrupting the program erases it too.
 */
final class Progress implements AutoCloseable {
    private static final int REDRAW_MILLIS = 500;
    private static final String ERASE_LINE = "\r\033[K";

    private final ProgressBar bar;
    private final Thread eraser;

    private Progress(ProgressBar bar) {
        this.bar = bar;
        this.eraser = new Thread(Progress::erase, "erase progress");
        if (bar != null) {
            Runtime.getRuntime().addShutdownHook(eraser);
        }
    }

    /** Work of unknown length. */
    static Progress start(String text) {
        return start(text, -1);
    }

    /**
     * Work of a known number of steps.
     *
     * @param text what is done
     * @param steps how many, −1 if unknown
     */
    static Progress start(String text, int steps) {
        if (!onTerminal()) {
            return new Progress(null);
        }
        return new Progress(new ProgressBarBuilder()
                .setTaskName(text)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .clearDisplayOnFinish()
                .build());
    }

    /** The launcher knows whether standard error is a terminal; java can only tell about all streams together. */
    @SuppressWarnings("SystemConsoleNull") // Java 25 gives null again where there is no terminal
    private static boolean onTerminal() {
        String told = System.getProperty("io.deltarule.terminal", "");
        return told.isEmpty() ? System.console() != null && System.console().isTerminal() : Boolean.parseBoolean(told);
    }

    /** What is being done now. */
    void say(String text) {
        if (bar != null) {
            bar.setExtraMessage(text);
        }
    }

    /** One step is done. */
    void step() {
        if (bar != null) {
            bar.step();
        }
    }

    private static void erase() {
        System.err.print(ERASE_LINE);
        System.err.flush();
    }

    @Override
    public void close() {
        if (bar != null) {
            Runtime.getRuntime().removeShutdownHook(eraser);
            bar.close();
            erase();
        }
    }
}
