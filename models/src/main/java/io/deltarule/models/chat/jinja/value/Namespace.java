package io.deltarule.models.chat.jinja.value;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code namespace()}: the one value whose attributes a template sets, in loops too.
 *
 * @param attributes by name
 */
public record Namespace(Map<String, Object> attributes) implements Attributes {
    public Namespace() {
        this(new LinkedHashMap<>());
    }

    @Override
    public boolean has(String name) {
        return attributes.containsKey(name);
    }

    @Override
    public Object attribute(String name) {
        return attributes.get(name);
    }
}
