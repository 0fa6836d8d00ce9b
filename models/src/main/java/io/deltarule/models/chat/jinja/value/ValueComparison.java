package io.deltarule.models.chat.jinja.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** Equality, order and membership. */
public final class ValueComparison {
    private ValueComparison() {}

    public static boolean apply(String operator, Object a, Object b) {
        return switch (operator) {
            case "==" -> equal(a, b);
            case "!=" -> !equal(a, b);
            case "in" -> contains(b, a);
            case "not in" -> !contains(b, a);
            case "<" -> order(operator, a, b) < 0;
            case "<=" -> order(operator, a, b) <= 0;
            case ">" -> order(operator, a, b) > 0;
            case ">=" -> order(operator, a, b) >= 0;
            default -> throw new IllegalArgumentException(operator);
        };
    }

    public static boolean equal(Object a, Object b) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        BigDecimal x = exact(a);
        BigDecimal y = exact(b);
        if (x != null && y != null) {
            return x.compareTo(y) == 0;
        }
        if (a instanceof Double d && b instanceof Double e) {
            return (double) d == (double) e; // infinities; NaN equals nothing
        }
        if (a instanceof List<?> s && b instanceof List<?> t) {
            return equalLists(s, t);
        }
        if (a instanceof Map<?, ?> s && b instanceof Map<?, ?> t) {
            return s.size() == t.size()
                    && s.keySet().stream().allMatch(key -> t.containsKey(key) && equal(s.get(key), t.get(key)));
        }
        return a.equals(b);
    }

    private static boolean equalLists(List<?> a, List<?> b) {
        if (a.size() != b.size() || a instanceof Tuple != b instanceof Tuple) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** A finite number's exact value; null for anything else. */
    private static BigDecimal exact(Object value) {
        return switch (value) {
            case Boolean flag -> flag ? BigDecimal.ONE : BigDecimal.ZERO;
            case Long n -> BigDecimal.valueOf(n);
            case BigInteger n -> new BigDecimal(n);
            case Double d -> Double.isFinite(d) ? new BigDecimal(d) : null;
            case null, default -> null;
        };
    }

    /** Below, at or above 0 as a is below, at or above b. */
    public static int order(String operator, Object a, Object b) {
        if (a instanceof Undefined u) {
            throw u.refused();
        }
        if (b instanceof Undefined u) {
            throw u.refused();
        }
        BigDecimal x = exact(a);
        BigDecimal y = exact(b);
        if (x != null && y != null) {
            return x.compareTo(y);
        }
        if (a instanceof String s && b instanceof String t) {
            return byCharacter(s, t);
        }
        if (a instanceof List<?> s && b instanceof List<?> t) {
            for (int i = 0; i < Math.min(s.size(), t.size()); i++) {
                if (!equal(s.get(i), t.get(i))) {
                    return order(operator, s.get(i), t.get(i));
                }
            }
            return Integer.compare(s.size(), t.size());
        }
        if ((x != null || a instanceof Double) && (y != null || b instanceof Double)) {
            return Double.compare(((Number) a).doubleValue(), ((Number) b).doubleValue());
        }
        throw Arithmetic.refused(operator, a, b);
    }

    private static int byCharacter(String a, String b) {
        int[] x = a.codePoints().toArray();
        int[] y = b.codePoints().toArray();
        return java.util.Arrays.compare(x, y);
    }

    private static boolean contains(Object container, Object element) {
        return switch (container) {
            case String text -> {
                if (!(element instanceof String part)) {
                    throw Arithmetic.refused("in", element, container);
                }
                yield text.contains(part);
            }
            case List<?> list -> list.stream().anyMatch(e -> equal(e, element));
            case Map<?, ?> map -> map.containsKey(element);
            case Undefined u -> false;
            case null, default -> throw Arithmetic.refused("in", element, container);
        };
    }
}
