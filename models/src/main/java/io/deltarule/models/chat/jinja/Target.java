package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.value.Item;
import io.deltarule.models.chat.jinja.value.JinjaException;
import java.util.List;

/** What takes a value: a name, or several that share out its elements. */
@FunctionalInterface
interface Target {
    void set(Object value, Scope scope);

    static Target all(List<Target> targets) {
        return (value, scope) -> {
            List<Object> elements = Item.all(value);
            if (elements.size() != targets.size()) {
                throw new JinjaException(
                        "expected " + targets.size() + " values for as many names but found " + elements.size());
            }
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).set(elements.get(i), scope);
            }
        };
    }
}
