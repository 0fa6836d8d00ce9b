package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Attributes;
import io.deltarule.models.chat.jinja.value.Callable;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.Tuple;
import io.deltarule.models.chat.jinja.value.Undefined;
import io.deltarule.models.chat.jinja.value.ValueComparison;
import java.util.List;
import java.util.Set;

/** {@code loop}: where a loop is. */
final class Loop implements Callable, Attributes {
    private static final Set<String> ATTRIBUTES = Set.of(
            "index",
            "index0",
            "revindex",
            "revindex0",
            "first",
            "last",
            "length",
            "depth",
            "depth0",
            "previtem",
            "nextitem",
            "cycle",
            "changed");

    private final List<Object> elements;
    private final int depth;
    private final Callable again;
    private int at = -1;
    private Object last = new Undefined("nothing");

    /**
     * Before its first element.
     *
     * @param elements what it goes through
     * @param depth 1 for one that is not inside itself
     * @param again goes through further elements with the same body; null where it is not recursive
     */
    Loop(List<Object> elements, int depth, Callable again) {
        this.elements = elements;
        this.depth = depth;
        this.again = again;
    }

    boolean next() {
        return ++at < elements.size();
    }

    Object element() {
        return elements.get(at);
    }

    int depth() {
        return depth;
    }

    @Override
    public Object call(Arguments arguments) {
        if (again == null) {
            throw new JinjaException("expected a loop with 'recursive' to call but found one without");
        }
        return again.call(arguments);
    }

    @Override
    public boolean has(String name) {
        return ATTRIBUTES.contains(name);
    }

    @Override
    public Object attribute(String name) {
        int size = elements.size();
        return switch (name) {
            case "index" -> at + 1L;
            case "index0" -> (long) at;
            case "revindex" -> (long) size - at;
            case "revindex0" -> size - at - 1L;
            case "first" -> at == 0;
            case "last" -> at == size - 1;
            case "length" -> (long) size;
            case "depth" -> (long) depth;
            case "depth0" -> depth - 1L;
            case "previtem" -> at > 0 ? elements.get(at - 1) : new Undefined("there is no previous item");
            case "nextitem" -> at < size - 1 ? elements.get(at + 1) : new Undefined("there is no next item");
            case "cycle" -> (Callable) this::cycle;
            case "changed" -> (Callable) this::changed;
            default -> throw new IllegalArgumentException(name);
        };
    }

    private Object cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new JinjaException("loop.cycle: expected at least one value but found none");
        }
        return arguments.positional().get(at % arguments.positional().size());
    }

    private Object changed(Arguments arguments) {
        Object now = new Tuple(arguments.positional());
        boolean changed = !ValueComparison.equal(last, now);
        last = now;
        return changed;
    }
}
