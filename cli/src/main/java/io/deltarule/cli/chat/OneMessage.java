package io.deltarule.cli.chat;

/** The message of an option: it is answered, and that is all. */
final class OneMessage implements MessageSource {
    private String message;

    OneMessage(String message) {
        this.message = message;
    }

    @Override
    public String next() {
        String next = message;
        message = null;
        return next;
    }

    @Override
    public boolean interactive() {
        return false;
    }

    @Override
    public void close() {
        // nothing is open
    }
}
