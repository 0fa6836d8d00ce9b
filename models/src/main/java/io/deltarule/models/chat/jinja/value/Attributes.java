package io.deltarule.models.chat.jinja.value;

/** What has attributes of its own. */
public interface Attributes {
    /** Whether there is one of that name. */
    boolean has(String name);

    /** One that is there. */
    Object attribute(String name);
}
