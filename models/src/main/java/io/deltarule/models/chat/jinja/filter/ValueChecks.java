package io.deltarule.models.chat.jinja.filter;

import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.Callable;
import io.deltarule.models.chat.jinja.value.PythonText;
import io.deltarule.models.chat.jinja.value.Undefined;
import io.deltarule.models.chat.jinja.value.ValueComparison;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The language's tests by name. */
public final class ValueChecks {
    private static final Map<String, Check> ALL = new HashMap<>();

    static {
        ALL.put("defined", (v, a) -> !(v instanceof Undefined));
        ALL.put("undefined", (v, a) -> v instanceof Undefined);
        ALL.put("none", (v, a) -> v == null);
        ALL.put("boolean", (v, a) -> v instanceof Boolean);
        ALL.put("true", (v, a) -> Boolean.TRUE.equals(v));
        ALL.put("false", (v, a) -> Boolean.FALSE.equals(v));
        ALL.put("integer", (v, a) -> v instanceof Long || v instanceof BigInteger);
        ALL.put("float", (v, a) -> v instanceof Double);
        ALL.put("number", (v, a) -> v instanceof Number || v instanceof Boolean);
        ALL.put("string", (v, a) -> v instanceof String);
        ALL.put("mapping", (v, a) -> v instanceof Map);
        ALL.put("sequence", (v, a) -> v instanceof String || v instanceof List || v instanceof Map);
        ALL.put(
                "iterable",
                (v, a) -> v instanceof String || v instanceof List || v instanceof Map || v instanceof Undefined);
        ALL.put("callable", (v, a) -> v instanceof Callable);
        ALL.put("escaped", (v, a) -> false);
        ALL.put("filter", (v, a) -> v instanceof String name && Filters.find(name) != null);
        ALL.put("test", (v, a) -> v instanceof String name && find(name) != null);
        ALL.put("odd", (v, a) -> ValueComparison.equal(Arithmetic.apply("%", v, 2L), 1L));
        ALL.put("even", (v, a) -> ValueComparison.equal(Arithmetic.apply("%", v, 2L), 0L));
        ALL.put("divisibleby", (v, a) -> ValueComparison.equal(Arithmetic.apply("%", v, a.get(0)), 0L));
        ALL.put("lower", (v, a) -> cased(v) && text(v).equals(text(v).toLowerCase(Locale.ROOT)));
        ALL.put("upper", (v, a) -> cased(v) && text(v).equals(text(v).toUpperCase(Locale.ROOT)));
        ALL.put("sameas", (v, a) -> same(v, a.get(0)));
        ALL.put("in", (v, a) -> ValueComparison.apply("in", v, a.get(0)));
        compares("==", "eq", "equalto");
        compares("!=", "ne");
        compares("<", "lt", "lessthan");
        compares("<=", "le");
        compares(">", "gt", "greaterthan");
        compares(">=", "ge");
    }

    private ValueChecks() {}

    private static void compares(String operator, String... names) {
        Check check = (v, a) -> ValueComparison.apply(operator, v, a.get(0));
        ALL.put(operator, check);
        for (String name : names) {
            ALL.put(name, check);
        }
    }

    /** One by its name; null where there is none. */
    public static Check find(String name) {
        return ALL.get(name);
    }

    private static String text(Object value) {
        return PythonText.text(value);
    }

    private static boolean cased(Object value) {
        return text(value).codePoints().anyMatch(Character::isLetter);
    }

    /** Lists and dictionaries are the same where they are one; other values where they are equal and of one kind. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean same(Object a, Object b) {
        if (a == null || b == null || a instanceof List || a instanceof Map) {
            return a == b;
        }
        return a.getClass() == b.getClass() && a.equals(b);
    }
}
