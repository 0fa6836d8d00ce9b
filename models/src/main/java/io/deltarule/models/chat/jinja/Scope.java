package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.Undefined;
import java.util.HashMap;
import java.util.Map;

/** Names and their values; what an inner scope sets is gone with it. */
final class Scope {
    /** Most characters that a template may write: more is a template that does not end. */
    private static final int LONGEST = 1 << 26;

    /** Most statements that a template may carry out. */
    private static final long MOST_STEPS = 50_000_000;

    private static final int DEEPEST = 200;

    /** What one rendering has used up. */
    private static final class Budget {
        private long steps;
        private int depth;
    }

    private final Scope outer;
    private final Budget budget;
    private final Map<String, Object> values = new HashMap<>();

    private Scope(Scope outer) {
        this.outer = outer;
        this.budget = outer == null ? new Budget() : outer.budget;
    }

    /** The outermost one. */
    static Scope of(Map<String, Object> values) {
        Scope scope = new Scope(null);
        scope.values.putAll(values);
        return scope;
    }

    Scope inner() {
        return new Scope(this);
    }

    void set(String name, Object value) {
        values.put(name, value);
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            if (scope.values.containsKey(name)) {
                return scope.values.get(name);
            }
        }
        return new Undefined("'" + name + "'");
    }

    /** Counts a statement, and what was written so far. */
    void step(StringBuilder out) {
        if (++budget.steps > MOST_STEPS || out.length() > LONGEST) {
            throw new JinjaException("expected a template that ends but it went on and on");
        }
    }

    void enter() {
        if (++budget.depth > DEEPEST) {
            throw new JinjaException("expected calls at most " + DEEPEST + " deep but found deeper ones");
        }
    }

    void leave() {
        budget.depth--;
    }
}
