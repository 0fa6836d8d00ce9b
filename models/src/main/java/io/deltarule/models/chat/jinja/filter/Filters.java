package io.deltarule.models.chat.jinja.filter;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.ContainerMethods;
import io.deltarule.models.chat.jinja.value.Item;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.PythonText;
import io.deltarule.models.chat.jinja.value.Undefined;
import io.deltarule.models.chat.jinja.value.ValueComparison;
import java.util.HashMap;
import java.util.Map;

/** Filters by name. */
public final class Filters {
    private static final Map<String, Filter> ALL = new HashMap<>();

    static {
        TextFilters.addTo(ALL);
        ListFilters.addTo(ALL);
        ALL.put("tojson", JsonText::filter);
        ALL.put("string", (v, a) -> PythonText.text(v));
        ALL.put("safe", (v, a) -> PythonText.text(v));
        ALL.put("default", Filters::otherwise);
        ALL.put("d", Filters::otherwise);
        ALL.put("int", Numbers::whole);
        ALL.put("float", Numbers::floating);
        ALL.put("abs", (v, a) -> ValueComparison.order("<", v, 0L) < 0 ? Arithmetic.negated(v) : v);
        ALL.put("round", Numbers::rounded);
        ALL.put("attr", (v, a) -> Item.attribute(v, a.text(0)));
        ALL.put("items", (v, a) -> items(v));
    }

    private Filters() {}

    /** One by its name; null where there is none. */
    public static Filter find(String name) {
        return ALL.get(name);
    }

    /** Applies one that is given by its name, as {@code map} does. */
    public static Object apply(String name, Object value, Arguments arguments) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new JinjaException("there is no filter called '" + name + "'");
        }
        return filter.apply(value, arguments);
    }

    private static Object otherwise(Object value, Arguments a) {
        a.check(0, 2, "default_value", "boolean");
        boolean missing = value instanceof Undefined || (a.flag(1, "boolean", false) && !PythonText.truth(value));
        return missing ? a.get(0, "default_value", "") : value;
    }

    private static Object items(Object value) {
        return switch (value) {
            case Undefined u -> java.util.List.of();
            case Map<?, ?> map -> ContainerMethods.items(map);
            case null, default ->
                throw new JinjaException("items: expected a dictionary but found " + Arithmetic.kind(value));
        };
    }
}
