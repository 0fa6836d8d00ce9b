package io.deltarule.cli.output;

/** Which streams a person reads. The launcher knows; java alone can only tell about all streams together. */
public final class TerminalState {
    private TerminalState() {}

    /** Whether standard error is a terminal. */
    public static boolean ofErrors() {
        return told("io.deltarule.terminal");
    }

    /** Whether standard output is one. */
    public static boolean ofOutput() {
        return told("io.deltarule.terminal.output");
    }

    /** Whether a person types standard input. */
    public static boolean ofInput() {
        return told("io.deltarule.terminal.input");
    }

    @SuppressWarnings("SystemConsoleNull") // Java 25 gives null again where there is no terminal
    private static boolean told(String property) {
        String told = System.getProperty(property, "");
        return told.isEmpty() ? System.console() != null && System.console().isTerminal() : Boolean.parseBoolean(told);
    }
}
