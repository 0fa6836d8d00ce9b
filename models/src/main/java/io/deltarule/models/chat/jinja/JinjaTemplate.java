package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.filter.Functions;
import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.JinjaException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** A parsed template; any number of threads may render it. */
public final class JinjaTemplate {
    private final TemplateBlock body;
    private final Set<String> names;

    private JinjaTemplate(TemplateBlock body, Set<String> names) {
        this.body = body;
        this.names = Set.copyOf(names);
    }

    /**
     * Parses.
     *
     * @param text a template
     * @throws JinjaException if it is none
     */
    public static JinjaTemplate parse(String text) {
        TemplateParser parser = new TemplateParser(Lexer.tokens(text));
        return new JinjaTemplate(parser.template(), parser.names());
    }

    /** Whether it looks at a variable. */
    public boolean reads(String name) {
        return names.contains(name);
    }

    /**
     * Renders.
     *
     * @param context variables by name: texts, numbers, booleans, null, lists and maps of such
     * @param clock what {@code strftime_now} asks
     * @throws JinjaException if the template raises one, or does what cannot be done
     */
    public String render(Map<String, ?> context, Supplier<LocalDateTime> clock) {
        Map<String, Object> values = Functions.all(clock);
        context.forEach((name, value) -> values.put(name, value(value)));
        try {
            return body.text(Scope.of(values).inner());
        } catch (StackOverflowError e) {
            throw new JinjaException("expected a template that ends but it calls itself without end");
        }
    }

    /** A caller's value as templates have it. */
    private static Object value(Object given) {
        return switch (given) {
            case null -> null;
            case String s -> s;
            case Boolean b -> b;
            case Double d -> d;
            case Float f -> f.doubleValue();
            case BigDecimal d -> d.doubleValue();
            case BigInteger n -> Arithmetic.whole(n);
            case Number n -> n.longValue();
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                list.forEach(element -> copy.add(value(element)));
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((key, element) -> copy.put(value(key), value(element)));
                yield copy;
            }
            default ->
                throw new JinjaException("expected texts, numbers, booleans, lists and maps but found a "
                        + given.getClass().getName());
        };
    }
}
