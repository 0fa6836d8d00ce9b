package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Item;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.PythonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments of a call as they are written.
 *
 * @param positional in order
 * @param named by keyword
 * @param lists each spread into positional ones
 * @param maps each spread into named ones
 */
record ArgumentList(
        List<Expression> positional, Map<String, Expression> named, List<Expression> lists, List<Expression> maps) {
    static final ArgumentList NONE = new ArgumentList(List.of(), Map.of(), List.of(), List.of());

    Arguments values(String of, Scope scope) {
        List<Object> values = new ArrayList<>();
        positional.forEach(expression -> values.add(expression.value(scope)));
        lists.forEach(expression -> values.addAll(Item.all(expression.value(scope))));
        Map<String, Object> byName = new LinkedHashMap<>();
        named.forEach((name, expression) -> byName.put(name, expression.value(scope)));
        for (Expression expression : maps) {
            if (!(expression.value(scope) instanceof Map<?, ?> map)) {
                throw new JinjaException(of + ": expected a dictionary after ** but found something else");
            }
            map.forEach((name, value) -> byName.put(PythonText.text(name), value));
        }
        return new Arguments(of, values, byName);
    }
}
