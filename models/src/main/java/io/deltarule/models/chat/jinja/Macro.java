package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Callable;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.Tuple;
import io.deltarule.models.chat.jinja.value.Undefined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A macro: text with parameters. Its body sees what was around its definition.
 *
 * @param name its own
 * @param signature what it is called with
 * @param body what it writes
 * @param around where it was defined
 */
record Macro(String name, Signature signature, Body body, Scope around) implements Callable {
    static final String CALLER = "caller";
    private static final String VARARGS = "varargs";
    private static final String KWARGS = "kwargs";

    /** Names that a body finds besides its parameters; only one that reads them takes what they hold. */
    static final Set<String> SPECIAL = Set.of(CALLER, VARARGS, KWARGS);

    /**
     * Parameters.
     *
     * @param names in order
     * @param defaults for each, or null
     */
    record Signature(List<String> names, List<Expression> defaults) {}

    /**
     * What it writes.
     *
     * @param block its statements
     * @param reads which special names they read
     */
    record Body(TemplateBlock block, Set<String> reads) {}

    @Override
    public Object call(Arguments arguments) {
        Scope inside = around.inner();
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        Object caller = named.remove(CALLER);
        int count = signature.names().size();
        for (int i = 0; i < count; i++) {
            String parameter = signature.names().get(i);
            Expression absent = signature.defaults().get(i);
            if (i < arguments.positional().size()) {
                inside.set(parameter, arguments.positional().get(i));
            } else if (named.containsKey(parameter)) {
                inside.set(parameter, named.remove(parameter));
            } else {
                inside.set(
                        parameter,
                        absent == null
                                ? new Undefined("the parameter '" + parameter + "' of " + name)
                                : absent.value(inside));
            }
        }
        List<Object> more = arguments.after(count).positional();
        if (!more.isEmpty() && !body.reads().contains(VARARGS)) {
            throw new JinjaException(name + ": expected at most " + count + " arguments but found "
                    + arguments.positional().size());
        }
        if (!named.isEmpty() && !body.reads().contains(KWARGS)) {
            throw new JinjaException(name + ": expected no argument called '"
                    + named.keySet().iterator().next() + "' but found one");
        }
        inside.set(VARARGS, new Tuple(more));
        inside.set(KWARGS, named);
        if (arguments.named().containsKey(CALLER)) {
            inside.set(CALLER, caller);
        }
        around.enter();
        String text = body.block().text(inside);
        around.leave();
        return text;
    }
}
