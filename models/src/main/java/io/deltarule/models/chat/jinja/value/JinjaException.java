package io.deltarule.models.chat.jinja.value;

/** A template that cannot be parsed or rendered; the message is one line, with the template's line where it is known. */
public final class JinjaException extends RuntimeException {
    private final boolean placed;

    public JinjaException(String message) {
        super(message);
        this.placed = false;
    }

    private JinjaException(int line, String message) {
        super("line " + line + ": " + message);
        this.placed = true;
    }

    /** The same with its line, the innermost one that is known. */
    public JinjaException at(int line) {
        return placed ? this : new JinjaException(line, getMessage());
    }

    public static JinjaException at(int line, String message) {
        return new JinjaException(line, message);
    }
}
