package io.deltarule.models.chat.jinja.filter;

import io.deltarule.models.chat.jinja.value.Arguments;

/** What {@code value is name(arguments)} tells: a test of the language. */
@FunctionalInterface
public interface Check {
    boolean test(Object value, Arguments arguments);
}
