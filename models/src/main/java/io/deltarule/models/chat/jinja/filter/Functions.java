package io.deltarule.models.chat.jinja.filter;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Callable;
import io.deltarule.models.chat.jinja.value.Item;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.Namespace;
import io.deltarule.models.chat.jinja.value.PythonText;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What every template can call. */
public final class Functions {
    /** Most elements of a range, as Hugging Face has it. */
    private static final long LONGEST_RANGE = 100_000;

    private Functions() {}

    public static Map<String, Object> all(Supplier<LocalDateTime> clock) {
        Map<String, Object> all = new LinkedHashMap<>();
        add(all, "range", Functions::range);
        add(all, "dict", Functions::dictionary);
        add(all, "namespace", a -> new Namespace(dictionary(a)));
        add(all, "joiner", Functions::joiner);
        add(all, "cycler", Functions::cycler);
        add(all, "lipsum", a -> {
            throw new JinjaException("lipsum: expected a template that needs no filling text");
        });
        add(all, "raise_exception", a -> {
            throw new JinjaException(PythonText.text(a.get(0)));
        });
        add(all, "strftime_now", a -> DayText.format(clock.get(), a.text(0)));
        return all;
    }

    private static void add(Map<String, Object> all, String name, Callable function) {
        all.put(name, (Callable) a -> function.call(new Arguments(name, a.positional(), a.named())));
    }

    private static Object range(Arguments a) {
        a.check(1, 3);
        boolean one = a.positional().size() == 1;
        long from = one ? 0 : a.whole(0, "", 0);
        long to = a.whole(one ? 0 : 1, "", 0);
        long step = a.whole(2, "", 1);
        if (step == 0) {
            throw new JinjaException("range: expected a step other than 0 but found 0");
        }
        List<Object> range = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            if (range.size() == LONGEST_RANGE) {
                throw new JinjaException("range: expected at most " + LONGEST_RANGE + " elements but found more");
            }
            range.add(i);
        }
        return range;
    }

    private static Map<String, Object> dictionary(Arguments a) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (!a.positional().isEmpty()) {
            if (a.positional().getFirst() instanceof Map<?, ?> first) {
                first.forEach((key, value) -> map.put(PythonText.text(key), value));
            } else {
                for (Object pair : Item.all(a.positional().getFirst())) {
                    map.put(PythonText.text(Item.element(pair, 0L)), Item.element(pair, 1L));
                }
            }
        }
        map.putAll(a.named());
        return map;
    }

    private static Object joiner(Arguments a) {
        String separator = a.text(0, "sep", ", ");
        boolean[] used = new boolean[1];
        return (Callable) none -> {
            String text = used[0] ? separator : "";
            used[0] = true;
            return text;
        };
    }

    private static Object cycler(Arguments a) {
        int[] next = new int[1];
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put(
                "next", (Callable) none -> a.get(next[0]++ % a.positional().size()));
        attributes.put("reset", (Callable) none -> {
            next[0] = 0;
            return null;
        });
        return new Namespace(attributes);
    }
}
