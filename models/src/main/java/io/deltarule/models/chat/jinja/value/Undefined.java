package io.deltarule.models.chat.jinja.value;

/**
 * What a name without a value gives: it prints as nothing, is false and has no elements; anything else is an error that names
 * it.
 *
 * @param what names it in messages
 */
public record Undefined(String what) {
    public JinjaException refused() {
        return new JinjaException(what + " is undefined");
    }

    /** One undefined value is like another. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
        return 0;
    }
}
