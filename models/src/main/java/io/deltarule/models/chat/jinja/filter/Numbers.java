package io.deltarule.models.chat.jinja.filter;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.PythonText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Filters that make numbers. */
public final class Numbers {
    private Numbers() {}

    public static Object whole(Object value, Arguments a) {
        Object otherwise = a.get(0, "default", 0L);
        int base = a.whole(1, "base", 10);
        return switch (value) {
            case Boolean flag -> flag ? 1L : 0L;
            case Long n -> n;
            case BigInteger n -> n;
            case Double d when Double.isFinite(d) -> Arithmetic.whole(new BigDecimal(d).toBigInteger());
            case String text -> parsed(PythonText.strip(text).replace("_", ""), base, otherwise);
            case null, default -> otherwise;
        };
    }

    private static Object parsed(String text, int base, Object otherwise) {
        try {
            return Arithmetic.whole(new BigInteger(text, base));
        } catch (NumberFormatException noWholeNumber) {
            try {
                return Arithmetic.whole(new BigDecimal(text).toBigInteger());
            } catch (NumberFormatException noNumber) {
                return otherwise;
            }
        }
    }

    public static Object floating(Object value, Arguments a) {
        Object otherwise = a.get(0, "default", 0.0);
        return switch (value) {
            case Boolean flag -> flag ? 1.0 : 0.0;
            case Number n -> n.doubleValue();
            case String text -> {
                try {
                    yield new BigDecimal(PythonText.strip(text).replace("_", "")).doubleValue();
                } catch (NumberFormatException noNumber) {
                    yield otherwise;
                }
            }
            case null, default -> otherwise;
        };
    }

    /** To so many places; a float is rounded from its exact value, halves to even. */
    public static Object rounded(Object value, Arguments a) {
        a.check(0, 2, "precision", "method");
        int places = a.whole(0, "precision", 0);
        RoundingMode mode = switch (a.text(1, "method", "common")) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> throw new JinjaException("round: expected common, ceil or floor");
        };
        return switch (value) {
            case Double d
            when Double.isFinite(d) -> new BigDecimal(d).setScale(places, mode).doubleValue();
            case Double d -> d;
            case Number n when mode == RoundingMode.HALF_EVEN -> n;
            case Number n -> n.doubleValue();
            case null, default ->
                throw new JinjaException("round: expected a number but found " + Arithmetic.kind(value));
        };
    }
}
