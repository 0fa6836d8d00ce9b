package io.deltarule.cli;

import io.deltarule.cli.output.SaidOnce;
import io.deltarule.core.Engines;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Messages that the library logs by the way, such as why the automatic choice took another engine: held back until the command
 * is done, so that progress is not torn and a failure is one line. Warnings are not held.
 */
final class HeldMessages extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("io.deltarule");
    private final List<String> held = new ArrayList<>();
    private String choice; // why the automatic choice took what it took

    private final SaidOnce once;

    private HeldMessages(SaidOnce once) {
        this.once = once;
        setFormatter(new SimpleFormatter());
    }

    /**
     * Begins to hold.
     *
     * @param once tells whether a reason of the automatic choice was said before on this machine
     */
    static HeldMessages hold(SaidOnce once) {
        HeldMessages notices = new HeldMessages(once);
        notices.logger.addHandler(notices);
        notices.logger.setUseParentHandlers(false);
        return notices;
    }

    @Override
    public synchronized void publish(LogRecord record) {
        if (record.getLevel().intValue() > Level.INFO.intValue()) {
            System.err.print(getFormatter().format(record));
        } else if (Engines.CHOICE_LOGGER.equals(record.getLoggerName())) {
            choice = getFormatter().formatMessage(record);
        } else {
            held.add("deltarule: " + getFormatter().formatMessage(record));
        }
    }

    /** Prints what was held, one line each. */
    synchronized void release(PrintWriter err) {
        if (choice != null && once.isNew(choice)) {
            err.println("deltarule: " + choice + " (said once)");
        }
        choice = null;
        held.forEach(err::println);
        held.clear();
    }

    @Override
    public void flush() {
        System.err.flush();
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
