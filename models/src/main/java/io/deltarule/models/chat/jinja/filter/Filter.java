package io.deltarule.models.chat.jinja.filter;

import io.deltarule.models.chat.jinja.value.Arguments;

/** What {@code value | name(arguments)} gives. */
@FunctionalInterface
public interface Filter {
    Object apply(Object value, Arguments arguments);
}
