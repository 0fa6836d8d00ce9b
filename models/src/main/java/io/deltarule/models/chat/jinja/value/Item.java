package io.deltarule.models.chat.jinja.value;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What is inside a value: attributes, elements, parts, and all of them in a row. */
public final class Item {
    private Item() {}

    /** {@code value.name}: a method first, then an element of that name. */
    public static Object attribute(Object value, String name) {
        Object method = method(value, name);
        if (method != null) {
            return method;
        }
        return switch (value) {
            case Undefined u -> throw u.refused();
            case Map<?, ?> map when map.containsKey(name) -> map.get(name);
            case Attributes own when own.has(name) -> own.attribute(name);
            case null, default -> missing(value, name);
        };
    }

    private static Undefined missing(Object value, Object key) {
        return new Undefined("'" + PythonText.text(key) + "' of " + Arithmetic.kind(value));
    }

    private static Callable method(Object value, String name) {
        return switch (value) {
            case String text -> StringMethods.find(text, name);
            case List<?> list -> ContainerMethods.find(list, name);
            case Map<?, ?> map -> ContainerMethods.find(map, name);
            case null, default -> null;
        };
    }

    /** {@code value[key]}: an element first, then a method of that name. */
    public static Object element(Object value, Object key) {
        if (value instanceof Undefined u) {
            throw u.refused();
        }
        if (value instanceof Map<?, ?> map && map.containsKey(key)) {
            return map.get(key);
        }
        Integer place = key instanceof Boolean flag ? Integer.valueOf(flag ? 1 : 0) : place(key);
        if (place != null && value instanceof List<?> list) {
            int at = place < 0 ? place + list.size() : place;
            return at >= 0 && at < list.size() ? list.get(at) : missing(value, key);
        }
        if (place != null && value instanceof String text) {
            int length = PythonText.length(text);
            int at = place < 0 ? place + length : place;
            if (at < 0 || at >= length) {
                return missing(value, key);
            }
            int from = text.offsetByCodePoints(0, at);
            return Character.toString(text.codePointAt(from));
        }
        return key instanceof String name ? attribute(value, name) : missing(value, key);
    }

    private static Integer place(Object key) {
        return key instanceof Long n && n >= Integer.MIN_VALUE && n <= Integer.MAX_VALUE
                ? Integer.valueOf((int) (long) n)
                : null;
    }

    /** {@code value[start:stop:step]}; each may be None. */
    public static Object slice(Object value, Object start, Object stop, Object step) {
        if (value instanceof Undefined u) {
            throw u.refused();
        }
        List<?> all =
                value instanceof String text ? PythonText.characters(text) : value instanceof List<?> l ? l : null;
        if (all == null) {
            throw new JinjaException("expected a text or a list to cut but found " + Arithmetic.kind(value));
        }
        int by = bound(step, 1);
        if (by == 0) {
            throw new JinjaException("expected a step other than 0 but found 0");
        }
        int size = all.size();
        int from = by > 0 ? clamp(bound(start, 0), size, 0, size) : clamp(bound(start, size), size, -1, size - 1);
        int to = by > 0
                ? clamp(bound(stop, size), size, 0, size)
                : stop == null ? -1 : clamp(bound(stop, 0), size, -1, size - 1);
        List<Object> part = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            part.add(all.get((int) i));
        }
        if (value instanceof String) {
            StringBuilder text = new StringBuilder();
            part.forEach(text::append);
            return text.toString();
        }
        return value instanceof Tuple ? new Tuple(part) : part;
    }

    private static int bound(Object value, int absent) {
        return switch (value) {
            case null -> absent;
            case Boolean flag -> flag ? 1 : 0;
            case Long n -> Math.clamp(n, -Integer.MAX_VALUE, Integer.MAX_VALUE);
            case BigInteger n -> n.signum() < 0 ? -Integer.MAX_VALUE : Integer.MAX_VALUE;
            default -> throw new JinjaException("expected a whole number in a cut but found " + PythonText.repr(value));
        };
    }

    private static int clamp(int place, int size, int least, int most) {
        long counted = place < 0 ? (long) place + size : place;
        return (int) Math.max(least, Math.min(most, counted));
    }

    /** Its elements, in order: a dictionary's keys, a text's characters. */
    public static List<Object> all(Object value) {
        return switch (value) {
            case List<?> list -> Collections.unmodifiableList(list);
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case String text -> PythonText.characters(text);
            case Undefined u -> List.of();
            case null, default ->
                throw new JinjaException("expected something to go through but found " + Arithmetic.kind(value));
        };
    }
}
