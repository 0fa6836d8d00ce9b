package io.deltarule.models.chat.jinja.value;

import java.util.List;
import java.util.Map;

/**
 * What a function, filter or method is called with.
 *
 * @param of names the called, for messages
 * @param positional in order
 * @param named by keyword
 */
public record Arguments(String of, List<Object> positional, Map<String, Object> named) {
    public static Arguments none(String of) {
        return new Arguments(of, List.of(), Map.of());
    }

    /** How many there may be, and which keywords. */
    public Arguments check(int least, int most, String... keywords) {
        int given = positional.size() + named.size();
        if (positional.size() > most || given < least || given > most) {
            throw new JinjaException(of + ": expected " + (least == most ? "" + least : least + " to " + most)
                    + " arguments but found " + given);
        }
        for (String name : named.keySet()) {
            if (!List.of(keywords).contains(name)) {
                throw new JinjaException(of + ": expected no argument called '" + name + "' but found one");
            }
        }
        return this;
    }

    public boolean has(int place, String keyword) {
        return place < positional.size() || named.containsKey(keyword);
    }

    /** By place or by keyword. */
    public Object get(int place, String keyword, Object absent) {
        if (place < positional.size()) {
            return positional.get(place);
        }
        return named.containsKey(keyword) ? named.get(keyword) : absent;
    }

    public Object get(int place) {
        if (place >= positional.size()) {
            throw new JinjaException(of + ": expected an argument at place " + (place + 1) + " but found none");
        }
        return positional.get(place);
    }

    public String text(int place, String keyword, String absent) {
        Object value = get(place, keyword, absent);
        if (!(value == null || value instanceof String)) {
            throw new JinjaException(of + ": expected a text but found " + PythonText.repr(value));
        }
        return (String) value;
    }

    public String text(int place) {
        get(place);
        String text = text(place, "", null);
        if (text == null) {
            throw new JinjaException(of + ": expected a text but found None");
        }
        return text;
    }

    public int whole(int place, String keyword, int absent) {
        Object value = get(place, keyword, (long) absent);
        if (value instanceof Long whole && whole >= Integer.MIN_VALUE && whole <= Integer.MAX_VALUE) {
            return (int) (long) whole;
        }
        throw new JinjaException(of + ": expected a whole number but found " + PythonText.repr(value));
    }

    public boolean flag(int place, String keyword, boolean absent) {
        return PythonText.truth(get(place, keyword, absent));
    }

    /** Without the first so many. */
    public Arguments after(int count) {
        return new Arguments(of, positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }
}
