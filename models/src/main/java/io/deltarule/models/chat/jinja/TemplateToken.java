package io.deltarule.models.chat.jinja;

/**
 * A piece of a template.
 *
 * @param kind what it is
 * @param text as written; of a string, what it means
 * @param line where it begins
 */
record TemplateToken(Kind kind, String text, int line) {
    enum Kind {
        TEXT,
        NAME,
        WHOLE,
        FLOAT,
        STRING,
        OPERATOR,
        /** Two opening braces. */
        OUTPUT_BEGIN,
        OUTPUT_END,
        /** An opening brace and a percent sign. */
        BLOCK_BEGIN,
        BLOCK_END,
        END
    }

    boolean is(Kind other, String value) {
        return kind == other && text.equals(value);
    }

    /** For messages. */
    String shown() {
        return kind == Kind.END ? "the end of the template" : "'" + text + "'";
    }
}
