package io.deltarule.models.chat.jinja;

/** What has a value. */
@FunctionalInterface
interface Expression {
    Object value(Scope scope);
}
