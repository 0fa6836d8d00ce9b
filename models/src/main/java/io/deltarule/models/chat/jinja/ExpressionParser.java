package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.TemplateToken.Kind;
import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.PythonText;
import io.deltarule.models.chat.jinja.value.Tuple;
import io.deltarule.models.chat.jinja.value.Undefined;
import io.deltarule.models.chat.jinja.value.ValueComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Expressions, from what binds loosest to what binds tightest:
 *
 * <pre>
 *   a if b else c   or   and   not   == != &lt; &lt;= &gt; &gt;= in, not in   + −   ~   * / // %   **   sign   .name [item] (call)   |filter is test
 * </pre>
 */
final class ExpressionParser {
    static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final int DEEPEST = 200;

    private final TokenCursor cursor;
    private final OperandParser operands;
    private int depth;

    /**
     * At a place.
     *
     * @param cursor shared with whoever parses statements
     * @param names takes every name that is read
     */
    ExpressionParser(TokenCursor cursor, Set<String> names) {
        this.cursor = cursor;
        this.operands = new OperandParser(cursor, names, this);
    }

    /** One, or several with commas between them as a tuple. */
    Expression tuple() {
        Expression first = expression();
        return cursor.isOperator(",") ? rest(first, true) : first;
    }

    /** What a loop goes through: the same without a condition, since the loop's own {@code if} follows. */
    Expression iterated() {
        Expression first = or();
        return cursor.isOperator(",") ? rest(first, false) : first;
    }

    private Expression rest(Expression first, boolean conditions) {
        List<Expression> all = new ArrayList<>(List.of(first));
        while (cursor.takeOperator(",") && begins()) {
            all.add(conditions ? expression() : or());
        }
        return scope -> new Tuple(values(all, scope));
    }

    private boolean begins() {
        TemplateToken now = cursor.now();
        return switch (now.kind()) {
            case WHOLE, FLOAT, STRING -> true;
            case NAME -> !now.text().equals("if") && !now.text().equals("recursive");
            case OPERATOR -> Set.of("(", "[", "{", "-", "+").contains(now.text());
            default -> false;
        };
    }

    Expression expression() {
        if (++depth > DEEPEST) {
            throw JinjaException.at(cursor.now().line(), "expected at most " + DEEPEST + " nested expressions");
        }
        int line = cursor.now().line();
        Expression value = or();
        while (cursor.takeName("if")) {
            Expression then = value;
            Expression condition = or();
            Expression otherwise = cursor.takeName("else")
                    ? expression()
                    : scope -> new Undefined("the value of an 'if' without 'else'");
            value = scope -> PythonText.truth(condition.value(scope)) ? then.value(scope) : otherwise.value(scope);
        }
        depth--;
        return placed(line, value);
    }

    private static Expression placed(int line, Expression expression) {
        return scope -> {
            try {
                return expression.value(scope);
            } catch (JinjaException e) {
                throw e.at(line);
            }
        };
    }

    private Expression or() {
        Expression left = and();
        while (cursor.takeName("or")) {
            Expression a = left;
            Expression b = and();
            left = scope -> {
                Object value = a.value(scope);
                return PythonText.truth(value) ? value : b.value(scope);
            };
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (cursor.takeName("and")) {
            Expression a = left;
            Expression b = not();
            left = scope -> {
                Object value = a.value(scope);
                return PythonText.truth(value) ? b.value(scope) : value;
            };
        }
        return left;
    }

    private Expression not() {
        if (cursor.takeName("not")) {
            Expression value = not();
            return scope -> !PythonText.truth(value.value(scope));
        }
        return comparison();
    }

    /** {@code a < b < c} is {@code a < b and b < c}. */
    private Expression comparison() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> operands = new ArrayList<>(List.of(first));
        while (true) {
            if (cursor.now().kind() == Kind.OPERATOR
                    && COMPARISONS.contains(cursor.now().text())) {
                operators.add(cursor.take().text());
            } else if (cursor.isName("not") && cursor.ahead().is(Kind.NAME, "in")) {
                cursor.take();
                cursor.take();
                operators.add("not in");
            } else if (cursor.takeName("in")) {
                operators.add("in");
            } else {
                break;
            }
            operands.add(sum());
        }
        return operators.isEmpty() ? first : scope -> compare(operators, operands, scope);
    }

    private static boolean compare(List<String> operators, List<Expression> operands, Scope scope) {
        Object left = operands.getFirst().value(scope);
        for (int i = 0; i < operators.size(); i++) {
            Object right = operands.get(i + 1).value(scope);
            if (!ValueComparison.apply(operators.get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Expression sum() {
        Expression left = joined();
        while (cursor.isOperator("+") || cursor.isOperator("-")) {
            left = binary(cursor.take().text(), left, joined());
        }
        return left;
    }

    private Expression joined() {
        Expression first = product();
        if (!cursor.isOperator("~")) {
            return first;
        }
        List<Expression> all = new ArrayList<>(List.of(first));
        while (cursor.takeOperator("~")) {
            all.add(product());
        }
        return scope -> {
            StringBuilder text = new StringBuilder();
            all.forEach(part -> text.append(PythonText.text(part.value(scope))));
            return text.toString();
        };
    }

    private Expression product() {
        Expression left = power();
        while (cursor.isOperator("*") || cursor.isOperator("/") || cursor.isOperator("//") || cursor.isOperator("%")) {
            left = binary(cursor.take().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = operands.signed(true);
        while (cursor.takeOperator("**")) {
            left = binary("**", left, operands.signed(true));
        }
        return left;
    }

    private static Expression binary(String operator, Expression a, Expression b) {
        return scope -> Arithmetic.apply(operator, a.value(scope), b.value(scope));
    }

    /** As {@link OperandParser#filtered}. */
    Expression filtered(Expression of) {
        return operands.filtered(of);
    }

    /** As {@link OperandParser#filters}. */
    Expression filters(Expression of) {
        return operands.filters(of);
    }

    /** As {@link OperandParser#call}. */
    Call call() {
        return operands.call();
    }

    static List<Object> values(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>();
        expressions.forEach(expression -> values.add(expression.value(scope)));
        return values;
    }
}
