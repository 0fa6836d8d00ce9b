package io.deltarule.cli.chat;

/** Where messages and commands come from. */
interface MessageSource extends AutoCloseable {
    /** The next, without a line break at its end; null at the end. */
    String next();

    /** Whether a person types it and can mend what went wrong. */
    boolean interactive();

    @Override
    void close();
}
