package io.deltarule.models.chat.jinja.value;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** What operators on numbers do, and those of texts and lists that share their signs. Whole numbers have no limit. */
public final class Arithmetic {
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    /** Most elements or characters that a repetition may make, most bits of a power. */
    private static final int LARGEST = 1 << 24;

    private Arithmetic() {}

    public static Object apply(String operator, Object a, Object b) {
        if (a instanceof Undefined u) {
            throw u.refused();
        }
        if (b instanceof Undefined u) {
            throw u.refused();
        }
        Object other = others(operator, a, b);
        if (other != null) {
            return other;
        }
        Number x = number(operator, a, a, b);
        Number y = number(operator, b, a, b);
        if (x instanceof BigInteger m && y instanceof BigInteger n && !operator.equals("/")) {
            return whole(operator, m, n);
        }
        return floating(operator, real(x), real(y));
    }

    /** Texts and lists; null where it is about numbers. */
    private static Object others(String operator, Object a, Object b) {
        switch (operator) {
            case "+" -> {
                if (a instanceof String s && b instanceof String t) {
                    return s + t;
                }
                if (a instanceof List<?> s && b instanceof List<?> t && a instanceof Tuple == b instanceof Tuple) {
                    List<Object> all = new ArrayList<>(s);
                    all.addAll(t);
                    return a instanceof Tuple ? new Tuple(all) : all;
                }
            }
            case "*" -> {
                if (a instanceof String || a instanceof List<?>) {
                    return repeated(a, b);
                }
                if (b instanceof String || b instanceof List<?>) {
                    return repeated(b, a);
                }
            }
            case "%" -> {
                if (a instanceof String format) {
                    return PercentFormat.format(format, b);
                }
            }
            default -> {}
        }
        return null;
    }

    private static Object repeated(Object value, Object times) {
        if (!(number("*", times, value, times) instanceof BigInteger count)) {
            throw refused("*", value, times);
        }
        int size = value instanceof String s ? s.length() : ((List<?>) value).size();
        BigInteger whole = count.max(BigInteger.ZERO).multiply(BigInteger.valueOf(size));
        if (whole.compareTo(BigInteger.valueOf(LARGEST)) > 0) {
            throw new JinjaException("expected a repetition of at most " + LARGEST + " characters but found " + whole);
        }
        int n = size == 0 ? 0 : count.max(BigInteger.ZERO).intValue();
        if (value instanceof String s) {
            return s.repeat(n);
        }
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            all.addAll((List<?>) value);
        }
        return value instanceof Tuple ? new Tuple(all) : all;
    }

    public static JinjaException refused(String operator, Object a, Object b) {
        return new JinjaException("'" + operator + "' cannot be applied to " + kind(a) + " and " + kind(b));
    }

    /** What sort of value, for messages. */
    public static String kind(Object value) {
        return switch (value) {
            case null -> "None";
            case Boolean b -> "a boolean";
            case String s -> "a text";
            case Long n -> "a whole number";
            case BigInteger n -> "a whole number";
            case Double d -> "a float";
            case List<?> l -> "a list";
            case java.util.Map<?, ?> m -> "a dictionary";
            case Undefined u -> "an undefined value";
            default -> "a function";
        };
    }

    private static Number number(String operator, Object value, Object a, Object b) {
        return switch (value) {
            case Boolean flag -> flag ? BigInteger.ONE : BigInteger.ZERO;
            case Long n -> BigInteger.valueOf(n);
            case BigInteger n -> n;
            case Double d -> d;
            case null, default -> throw refused(operator, a, b);
        };
    }

    /** A number's value; booleans are 0 and 1. */
    public static double real(Number number) {
        return number.doubleValue();
    }

    /** A whole number in the form that all of them have: Long where it fits. */
    public static Object whole(BigInteger n) {
        return n.compareTo(LEAST) >= 0 && n.compareTo(MOST) <= 0 ? (Object) n.longValueExact() : n;
    }

    private static Object whole(String operator, BigInteger a, BigInteger b) {
        return switch (operator) {
            case "+" -> whole(a.add(b));
            case "-" -> whole(a.subtract(b));
            case "*" -> whole(a.multiply(b));
            case "//" -> {
                BigInteger[] parts = divided(a, b);
                yield whole(parts[0]);
            }
            case "%" -> whole(divided(a, b)[1]);
            case "**" -> power(a, b);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    /** Rounded down, so that the rest has the divisor's sign. */
    private static BigInteger[] divided(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new JinjaException("division by zero");
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        if (parts[1].signum() != 0 && parts[1].signum() != b.signum()) {
            parts[0] = parts[0].subtract(BigInteger.ONE);
            parts[1] = parts[1].add(b);
        }
        return parts;
    }

    private static Object power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            return floating("**", a.doubleValue(), b.doubleValue());
        }
        if (b.multiply(BigInteger.valueOf(a.bitLength())).compareTo(BigInteger.valueOf(LARGEST)) > 0) {
            throw new JinjaException("expected a power of at most " + LARGEST + " bits but found a larger one");
        }
        return whole(a.pow(b.intValueExact()));
    }

    private static Object floating(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new JinjaException("division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - b * Math.floor(a / b);
            case "**" -> Math.pow(a, b);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    public static Object negated(Object value) {
        return switch (value) {
            case Double d -> -d;
            case Undefined u -> throw u.refused();
            case null, default -> whole(((BigInteger) wholeOf("-", value)).negate());
        };
    }

    public static Object plus(Object value) {
        return switch (value) {
            case Double d -> d;
            case Undefined u -> throw u.refused();
            case null, default -> whole((BigInteger) wholeOf("+", value));
        };
    }

    private static Number wholeOf(String operator, Object value) {
        return number(operator, value, value, value);
    }
}
