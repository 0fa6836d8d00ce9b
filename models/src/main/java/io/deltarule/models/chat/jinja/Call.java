package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.Callable;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.Undefined;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A call.
 *
 * @param of what is called
 * @param arguments as they are written
 */
record Call(Expression of, ArgumentList arguments) implements Expression {
    @Override
    public Object value(Scope scope) {
        return value(scope, Map.of());
    }

    /** With further named arguments. */
    Object value(Scope scope, Map<String, Object> more) {
        Object called = of.value(scope);
        if (called instanceof Undefined u) {
            throw u.refused();
        }
        if (!(called instanceof Callable function)) {
            throw new JinjaException("expected a function to call but found " + Arithmetic.kind(called));
        }
        Arguments given = arguments.values("call", scope);
        if (more.isEmpty()) {
            return function.call(given);
        }
        Map<String, Object> named = new LinkedHashMap<>(given.named());
        named.putAll(more);
        return function.call(new Arguments(given.of(), given.positional(), named));
    }
}
