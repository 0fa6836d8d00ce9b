package io.deltarule.models.chat.jinja.filter;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.ContainerMethods;
import io.deltarule.models.chat.jinja.value.Item;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.PythonText;
import io.deltarule.models.chat.jinja.value.Tuple;
import io.deltarule.models.chat.jinja.value.Undefined;
import io.deltarule.models.chat.jinja.value.ValueComparison;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Filters over several elements. */
public final class ListFilters {
    private ListFilters() {}

    public static void addTo(Map<String, Filter> all) {
        all.put("length", (v, a) -> length(v));
        all.put("count", (v, a) -> length(v));
        all.put("list", (v, a) -> new ArrayList<>(Item.all(v)));
        all.put("first", (v, a) -> end(Item.all(v), true));
        all.put("last", (v, a) -> end(Item.all(v), false));
        all.put("join", ListFilters::joined);
        all.put("reverse", (v, a) -> reversed(v));
        all.put("sort", ListFilters::sorted);
        all.put("dictsort", ListFilters::sortedItems);
        all.put("unique", ListFilters::unique);
        all.put("sum", ListFilters::sum);
        all.put("min", (v, a) -> extreme(v, a, -1));
        all.put("max", (v, a) -> extreme(v, a, 1));
        all.put("batch", ListFilters::batches);
        all.put("map", ListFilters::mapped);
        all.put("select", (v, a) -> chosen(v, check(a, 0), true));
        all.put("reject", (v, a) -> chosen(v, check(a, 0), false));
        all.put("selectattr", (v, a) -> chosen(v, attributeCheck(a), true));
        all.put("rejectattr", (v, a) -> chosen(v, attributeCheck(a), false));
        all.put("groupby", ListFilters::grouped);
    }

    public static long length(Object value) {
        return switch (value) {
            case String text -> PythonText.length(text);
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Undefined u -> 0;
            case null, default ->
                throw new JinjaException(
                        "length: expected a text, a list or a dictionary but found " + Arithmetic.kind(value));
        };
    }

    private static Object end(List<Object> all, boolean first) {
        if (all.isEmpty()) {
            return new Undefined(first ? "the first of no elements" : "the last of no elements");
        }
        return first ? all.getFirst() : all.getLast();
    }

    /** A path of attributes and places with dots between them. */
    private static Function<Object, Object> attribute(Object path) {
        if (path == null) {
            return value -> value;
        }
        if (path instanceof Long place) {
            return value -> Item.element(value, place);
        }
        List<Object> keys = new ArrayList<>();
        for (String part : PythonText.text(path).split("\\.", -1)) {
            keys.add(part.matches("\\d+") ? (Object) Long.valueOf(part) : part);
        }
        return value -> {
            Object found = value;
            for (Object key : keys) {
                found = Item.element(found, key);
            }
            return found;
        };
    }

    private static String joined(Object value, Arguments a) {
        a.check(0, 2, "d", "attribute");
        String separator = PythonText.text(a.get(0, "d", ""));
        Function<Object, Object> of = attribute(a.get(1, "attribute", null));
        StringBuilder text = new StringBuilder();
        boolean first = true;
        for (Object element : Item.all(value)) {
            text.append(first ? "" : separator).append(PythonText.text(of.apply(element)));
            first = false;
        }
        return text.toString();
    }

    private static Object reversed(Object value) {
        List<Object> all = new ArrayList<>(Item.all(value));
        Collections.reverse(all);
        return value instanceof String ? joined(all, Arguments.none("reverse")) : all;
    }

    /** Texts without regard to case, unless it is asked for. */
    private static Comparator<Object> order(boolean cased, Function<Object, Object> of) {
        return (x, y) -> ValueComparison.order("<", folded(of.apply(x), cased), folded(of.apply(y), cased));
    }

    private static Object folded(Object value, boolean cased) {
        return value instanceof String text && !cased ? text.toLowerCase(Locale.ROOT) : value;
    }

    private static Object sorted(Object value, Arguments a) {
        a.check(0, 3, "reverse", "case_sensitive", "attribute");
        List<Object> all = new ArrayList<>(Item.all(value));
        Object attribute = a.get(2, "attribute", null);
        boolean cased = a.flag(1, "case_sensitive", false);
        String[] paths = attribute == null
                ? new String[] {null}
                : PythonText.text(attribute).split(",");
        Comparator<Object> order = order(cased, attribute(paths[0]));
        for (String path : Arrays.asList(paths).subList(1, paths.length)) {
            order = order.thenComparing(order(cased, attribute(path)));
        }
        all.sort(a.flag(0, "reverse", false) ? order.reversed() : order);
        return all;
    }

    private static Object sortedItems(Object value, Arguments a) {
        a.check(0, 3, "case_sensitive", "by", "reverse");
        if (!(value instanceof Map<?, ?> map)) {
            throw new JinjaException("dictsort: expected a dictionary but found " + Arithmetic.kind(value));
        }
        List<Object> items = ContainerMethods.items(map);
        int place = a.text(1, "by", "key").equals("value") ? 1 : 0;
        Comparator<Object> order = order(a.flag(0, "case_sensitive", false), item -> ((List<?>) item).get(place));
        items.sort(a.flag(2, "reverse", false) ? order.reversed() : order);
        return items;
    }

    private static Object unique(Object value, Arguments a) {
        a.check(0, 2, "case_sensitive", "attribute");
        boolean cased = a.flag(0, "case_sensitive", false);
        Function<Object, Object> of = attribute(a.get(1, "attribute", null));
        List<Object> seen = new ArrayList<>();
        List<Object> kept = new ArrayList<>();
        for (Object element : Item.all(value)) {
            Object key = folded(of.apply(element), cased);
            if (seen.stream().noneMatch(other -> ValueComparison.equal(other, key))) {
                seen.add(key);
                kept.add(element);
            }
        }
        return kept;
    }

    private static Object sum(Object value, Arguments a) {
        a.check(0, 2, "attribute", "start");
        Function<Object, Object> of = attribute(a.get(0, "attribute", null));
        Object sum = a.get(1, "start", 0L);
        for (Object element : Item.all(value)) {
            sum = Arithmetic.apply("+", sum, of.apply(element));
        }
        return sum;
    }

    private static Object extreme(Object value, Arguments a, int sign) {
        a.check(0, 2, "case_sensitive", "attribute");
        Comparator<Object> order = order(a.flag(0, "case_sensitive", false), attribute(a.get(1, "attribute", null)));
        Object best = new Undefined("the extreme of no elements");
        for (Object element : Item.all(value)) {
            best = best instanceof Undefined || sign * order.compare(element, best) > 0 ? element : best;
        }
        return best;
    }

    private static Object batches(Object value, Arguments a) {
        a.check(1, 2, "linecount", "fill_with");
        int size = Math.max(1, a.whole(0, "linecount", 1));
        List<Object> all = Item.all(value);
        List<Object> batches = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            List<Object> batch = new ArrayList<>(all.subList(from, Math.min(all.size(), from + size)));
            while (a.get(1, "fill_with", null) != null && batch.size() < size) {
                batch.add(a.get(1, "fill_with", null));
            }
            batches.add(batch);
        }
        return batches;
    }

    private static Object mapped(Object value, Arguments a) {
        List<Object> results = new ArrayList<>();
        if (!PythonText.truth(value)) {
            return results; // None too
        }
        if (a.positional().isEmpty()) {
            Object path = a.check(1, 2, "attribute", "default").get(0, "attribute", null);
            Function<Object, Object> of = attribute(path);
            for (Object element : Item.all(value)) {
                Object found = of.apply(element);
                results.add(found instanceof Undefined ? a.named().getOrDefault("default", found) : found);
            }
            return results;
        }
        String name = a.text(0);
        Item.all(value).forEach(element -> results.add(Filters.apply(name, element, a.after(1))));
        return results;
    }

    /** The test whose name is at a place of the arguments; without one, whether a value counts as true. */
    private static Predicate<Object> check(Arguments a, int place) {
        if (place >= a.positional().size()) {
            return PythonText::truth;
        }
        String name = a.text(place);
        Check check = ValueChecks.find(name);
        if (check == null) {
            throw new JinjaException("there is no test called '" + name + "'");
        }
        Arguments rest = a.after(place + 1);
        return value -> check.test(value, rest);
    }

    private static Predicate<Object> attributeCheck(Arguments a) {
        Function<Object, Object> of = attribute(a.get(0));
        Predicate<Object> check = check(a, 1);
        return element -> check.test(of.apply(element));
    }

    private static Object chosen(Object value, Predicate<Object> check, boolean wanted) {
        List<Object> kept = new ArrayList<>();
        for (Object element : PythonText.truth(value) ? Item.all(value) : List.of()) {
            if (check.test(element) == wanted) {
                kept.add(element);
            }
        }
        return kept;
    }

    /** Pairs of a value and the elements that have it, in the values' order. */
    private static Object grouped(Object value, Arguments a) {
        a.check(1, 3, "attribute", "default", "case_sensitive");
        Function<Object, Object> of = attribute(a.get(0, "attribute", null));
        boolean cased = a.flag(2, "case_sensitive", false);
        List<Object> all = new ArrayList<>(Item.all(value));
        all.sort(order(cased, of));
        List<Object> groups = new ArrayList<>();
        Object key = null;
        List<Object> group = null;
        for (Object element : all) {
            Object here = folded(of.apply(element), cased);
            if (group == null || !ValueComparison.equal(key, here)) {
                group = new ArrayList<>();
                key = here;
                groups.add(new Tuple(Arrays.asList(of.apply(element), group)));
            }
            group.add(element);
        }
        return groups;
    }
}
