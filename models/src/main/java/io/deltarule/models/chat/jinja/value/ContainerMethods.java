package io.deltarule.models.chat.jinja.value;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What lists and dictionaries can do. None of it changes them: Hugging Face forbids templates that too. */
public final class ContainerMethods {

    private ContainerMethods() {}

    /** A method bound to a list; null where there is none of that name. */
    public static Callable find(List<?> list, String name) {
        return switch (name) {
            case "index" -> a -> index(list, a.get(0));
            case "count" ->
                a -> list.stream()
                        .filter(e -> ValueComparison.equal(e, a.get(0)))
                        .count();
            case "copy" -> a -> new ArrayList<Object>(list);
            case "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse" ->
                list instanceof Tuple ? null : refused(name);
            default -> null;
        };
    }

    /** A method bound to a dictionary; null where there is none of that name. */
    public static Callable find(Map<?, ?> map, String name) {
        return switch (name) {
            case "get" -> a -> get(map, a.check(1, 2));
            case "items" -> a -> items(map);
            case "keys" -> a -> new ArrayList<Object>(map.keySet());
            case "values" -> a -> new ArrayList<Object>(map.values());
            case "copy" -> a -> new LinkedHashMap<Object, Object>(map);
            case "pop", "popitem", "clear", "update", "setdefault" -> refused(name);
            default -> null;
        };
    }

    private static Callable refused(String name) {
        return a -> {
            throw new JinjaException(name + ": expected a template that changes no value but found one that does");
        };
    }

    private static Object get(Map<?, ?> map, Arguments arguments) {
        return map.containsKey(arguments.get(0)) ? map.get(arguments.get(0)) : arguments.get(1, "default", null);
    }

    private static long index(List<?> list, Object element) {
        for (int i = 0; i < list.size(); i++) {
            if (ValueComparison.equal(list.get(i), element)) {
                return i;
            }
        }
        throw new JinjaException("index: expected an element of the list but it is not there");
    }

    /** Pairs of keys and values. */
    public static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(new Tuple(java.util.Arrays.asList(key, value))));
        return items;
    }
}
