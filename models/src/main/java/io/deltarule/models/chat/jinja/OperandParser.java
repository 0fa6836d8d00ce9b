package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.TemplateToken.Kind;
import io.deltarule.models.chat.jinja.filter.Check;
import io.deltarule.models.chat.jinja.filter.Filter;
import io.deltarule.models.chat.jinja.filter.Filters;
import io.deltarule.models.chat.jinja.filter.ValueChecks;
import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.Item;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What operators stand between: names, constants, and what follows them (attributes, elements, calls, filters, tests).
 */
final class OperandParser {
    private final TokenCursor cursor;
    private final Set<String> names;
    private final ExpressionParser expressions;

    OperandParser(TokenCursor cursor, Set<String> names, ExpressionParser expressions) {
        this.cursor = cursor;
        this.names = names;
        this.expressions = expressions;
    }

    Expression signed(boolean filtered) {
        Expression value;
        if (cursor.takeOperator("-")) {
            Expression of = signed(false);
            value = scope -> Arithmetic.negated(of.value(scope));
        } else if (cursor.takeOperator("+")) {
            Expression of = signed(false);
            value = scope -> Arithmetic.plus(of.value(scope));
        } else {
            value = primary();
        }
        value = followed(value);
        return filtered ? filtered(value) : value;
    }

    /** Attributes, elements and calls. */
    private Expression followed(Expression of) {
        Expression value = of;
        while (true) {
            if (cursor.takeOperator(".")) {
                value = attribute(value);
            } else if (cursor.takeOperator("[")) {
                value = item(value);
                cursor.expectOperator("]");
            } else if (cursor.isOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    private Expression attribute(Expression of) {
        if (cursor.now().kind() == Kind.WHOLE) {
            Object place = NumberText.whole(cursor.take().text());
            return scope -> Item.element(of.value(scope), place);
        }
        String name = cursor.expectName();
        return scope -> Item.attribute(of.value(scope), name);
    }

    private Expression item(Expression of) {
        Expression none = scope -> null;
        Expression start = cursor.isOperator(":") ? none : expressions.expression();
        if (!cursor.isOperator(":")) {
            return scope -> Item.element(of.value(scope), start.value(scope));
        }
        Expression[] bounds = {start, none, none};
        for (int i = 1; i < bounds.length && cursor.takeOperator(":"); i++) {
            bounds[i] = cursor.isOperator(":") || cursor.isOperator("]") ? none : expressions.expression();
        }
        return scope ->
                Item.slice(of.value(scope), bounds[0].value(scope), bounds[1].value(scope), bounds[2].value(scope));
    }

    private Expression call(Expression of) {
        return new Call(of, arguments());
    }

    /** A call and nothing around it, as the statement of that name has it. */
    Call call() {
        int line = cursor.now().line();
        if (followed(primary()) instanceof Call call) {
            return call;
        }
        throw JinjaException.at(line, "expected the call of a macro");
    }

    /** In parentheses. */
    private ArgumentList arguments() {
        cursor.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        List<Expression> lists = new ArrayList<>();
        List<Expression> maps = new ArrayList<>();
        while (!cursor.isOperator(")")) {
            if (cursor.takeOperator("*")) {
                lists.add(expressions.expression());
            } else if (cursor.takeOperator("**")) {
                maps.add(expressions.expression());
            } else if (cursor.now().kind() == Kind.NAME && cursor.ahead().is(Kind.OPERATOR, "=")) {
                String name = cursor.take().text();
                cursor.take();
                named.put(name, expressions.expression());
            } else if (named.isEmpty() && lists.isEmpty() && maps.isEmpty()) {
                positional.add(expressions.expression());
            } else {
                throw cursor.expected("an argument with a name");
            }
            if (!cursor.isOperator(")")) {
                cursor.expectOperator(",");
            }
        }
        cursor.expectOperator(")");
        return new ArgumentList(positional, named, lists, maps);
    }

    /** Filters, tests, and calls of what they give. */
    Expression filtered(Expression of) {
        Expression value = of;
        while (true) {
            if (cursor.takeOperator("|")) {
                value = filter(value);
            } else if (cursor.takeName("is")) {
                value = test(value);
            } else if (cursor.isOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    /** A filter without the sign before it, and what follows. */
    Expression filters(Expression of) {
        return filtered(filter(of));
    }

    private Expression filter(Expression of) {
        int line = cursor.now().line();
        String name = cursor.expectName();
        Filter filter = Filters.find(name);
        if (filter == null) {
            throw JinjaException.at(line, "there is no filter called '" + name + "'");
        }
        ArgumentList arguments = cursor.isOperator("(") ? arguments() : ArgumentList.NONE;
        return scope -> filter.apply(of.value(scope), arguments.values(name, scope));
    }

    private Expression test(Expression of) {
        boolean negated = cursor.takeName("not");
        int line = cursor.now().line();
        String name = cursor.now().kind() == Kind.OPERATOR
                        && ExpressionParser.COMPARISONS.contains(cursor.now().text())
                ? cursor.take().text()
                : cursor.expectName();
        Check check = ValueChecks.find(name);
        if (check == null) {
            throw JinjaException.at(line, "there is no test called '" + name + "'");
        }
        ArgumentList arguments = ArgumentList.NONE;
        if (cursor.isOperator("(")) {
            arguments = arguments();
        } else if (beginsArgument()) {
            arguments = new ArgumentList(List.of(followed(primary())), Map.of(), List.of(), List.of());
        }
        ArgumentList given = arguments;
        return scope -> check.test(of.value(scope), given.values(name, scope)) != negated;
    }

    private boolean beginsArgument() {
        TemplateToken now = cursor.now();
        return switch (now.kind()) {
            case WHOLE, FLOAT, STRING -> true;
            case NAME ->
                !Set.of("else", "or", "and", "is", "if", "in", "not", "recursive")
                        .contains(now.text());
            case OPERATOR -> now.text().equals("[") || now.text().equals("{");
            default -> false;
        };
    }

    private Expression primary() {
        return switch (cursor.now().kind()) {
            case NAME -> name(cursor.take().text());
            case STRING -> constant(strings());
            case WHOLE -> constant(NumberText.whole(cursor.take().text()));
            case FLOAT -> constant(Double.valueOf(cursor.take().text().replace("_", "")));
            default -> grouped();
        };
    }

    /** Texts one after the other are one text. */
    private String strings() {
        StringBuilder text = new StringBuilder();
        while (cursor.now().kind() == Kind.STRING) {
            text.append(cursor.take().text());
        }
        return text.toString();
    }

    private static Expression constant(Object value) {
        return scope -> value;
    }

    private Expression name(String name) {
        names.add(name);
        return switch (name) {
            case "true", "True" -> constant(true);
            case "false", "False" -> constant(false);
            case "none", "None" -> constant(null);
            default -> scope -> scope.get(name);
        };
    }

    private Expression grouped() {
        if (cursor.takeOperator("(")) {
            if (cursor.takeOperator(")")) {
                return scope -> new Tuple(List.of());
            }
            Expression inside = expressions.tuple();
            cursor.expectOperator(")");
            return inside;
        }
        if (cursor.takeOperator("[")) {
            List<Expression> all = new ArrayList<>();
            while (!cursor.takeOperator("]")) {
                all.add(expressions.expression());
                if (!cursor.isOperator("]")) {
                    cursor.expectOperator(",");
                }
            }
            return scope -> ExpressionParser.values(all, scope);
        }
        if (cursor.takeOperator("{")) {
            return dictionary();
        }
        throw cursor.expected("a value");
    }

    private Expression dictionary() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> all = new ArrayList<>();
        while (!cursor.takeOperator("}")) {
            keys.add(expressions.expression());
            cursor.expectOperator(":");
            all.add(expressions.expression());
            if (!cursor.isOperator("}")) {
                cursor.expectOperator(",");
            }
        }
        return scope -> {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                map.put(keys.get(i).value(scope), all.get(i).value(scope));
            }
            return map;
        };
    }
}
