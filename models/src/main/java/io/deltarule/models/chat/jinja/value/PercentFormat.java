package io.deltarule.models.chat.jinja.value;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code 'format' % values}, and {@code 'format'.format(values)}: the parts of both that templates use. */
public final class PercentFormat {
    private static final Pattern PERCENT =
            Pattern.compile("%(?:\\((\\w+)\\))?([-+ 0#]*)(\\d*)(?:\\.(\\d+))?([a-zA-Z%])");
    private static final Pattern BRACES = Pattern.compile("\\{\\{|}}|\\{([\\w.\\[\\]]*)(?:!([rs]))?(?::([^{}]*))?}");
    private static final Pattern SPEC =
            Pattern.compile("(?:(.)?([<>^]))?([-+ ]?)(0?)(\\d*)(,?)(?:\\.(\\d+))?([a-zA-Z%]?)");

    private PercentFormat() {}

    public static String format(String format, Object values) {
        Iterator<?> rest =
                (values instanceof Tuple tuple ? tuple : java.util.Collections.singletonList(values)).iterator();
        StringBuilder out = new StringBuilder();
        Matcher place = PERCENT.matcher(format);
        int from = 0;
        while (place.find()) {
            out.append(format, from, place.start());
            from = place.end();
            if (place.group(5).equals("%")) {
                out.append('%');
            } else {
                Object value = value(place.group(1), values, rest);
                out.append(padded(
                        converted(place.group(5), place.group(4), place.group(2), value),
                        place.group(2),
                        place.group(3)));
            }
        }
        if (format.indexOf('%', from) >= 0) {
            throw new JinjaException("%: expected a conversion such as %s but found '" + format.substring(from) + "'");
        }
        if (values instanceof Tuple && rest.hasNext()) {
            throw new JinjaException("%: expected as many values as places but found more");
        }
        return out.append(format, from, format.length()).toString();
    }

    private static Object value(String key, Object values, Iterator<?> rest) {
        if (key != null && values instanceof Map<?, ?> map) {
            return map.get(key);
        }
        if (!rest.hasNext()) {
            throw new JinjaException("%: expected as many values as places but found fewer");
        }
        return rest.next();
    }

    private static String converted(String kind, String precision, String flags, Object value) {
        return switch (kind) {
            case "s" -> cut(PythonText.text(value), precision);
            case "r" -> cut(PythonText.repr(value), precision);
            case "d", "i" -> signed(flags, number(value).setScale(0, RoundingMode.DOWN));
            case "f", "F" ->
                signed(
                        flags,
                        number(value)
                                .setScale(precision == null ? 6 : Integer.parseInt(precision), RoundingMode.HALF_EVEN));
            case "x" -> number(value).toBigInteger().toString(16);
            case "c" -> PythonText.text(value);
            default ->
                throw new JinjaException("%: expected a conversion of s, r, d, i, f, x and c but found %" + kind);
        };
    }

    private static String cut(String text, String precision) {
        return precision == null || Integer.parseInt(precision) >= PythonText.length(text)
                ? text
                : text.substring(0, text.offsetByCodePoints(0, Integer.parseInt(precision)));
    }

    private static String signed(String flags, BigDecimal number) {
        String sign = number.signum() < 0 ? "" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
        return sign + number.toPlainString();
    }

    private static BigDecimal number(Object value) {
        return switch (value) {
            case Boolean flag -> flag ? BigDecimal.ONE : BigDecimal.ZERO;
            case Double d when Double.isFinite(d) -> new BigDecimal(d);
            case Long n -> BigDecimal.valueOf(n);
            case java.math.BigInteger n -> new BigDecimal(n);
            case null, default ->
                throw new JinjaException("format: expected a number but found " + Arithmetic.kind(value));
        };
    }

    private static String padded(String text, String flags, String width) {
        int missing = width.isEmpty() ? 0 : Integer.parseInt(width) - PythonText.length(text);
        if (missing <= 0) {
            return text;
        }
        if (flags.contains("-")) {
            return text + " ".repeat(missing);
        }
        if (flags.contains("0")) {
            boolean sign = text.startsWith("-") || text.startsWith("+");
            return sign ? text.charAt(0) + "0".repeat(missing) + text.substring(1) : "0".repeat(missing) + text;
        }
        return " ".repeat(missing) + text;
    }

    /** {@code 'format'.format(values)}. */
    public static String braces(String format, Arguments arguments) {
        StringBuilder out = new StringBuilder();
        Matcher place = BRACES.matcher(format);
        int from = 0;
        int next = 0;
        while (place.find()) {
            out.append(plain(format.substring(from, place.start())));
            from = place.end();
            if (place.group(1) == null) {
                out.append(place.group().charAt(0));
                continue;
            }
            Object value = field(place.group(1), next, arguments);
            next += place.group(1).isEmpty() ? 1 : 0;
            Object shown = "r".equals(place.group(2)) ? PythonText.repr(value) : value;
            out.append(place.group(3) == null ? PythonText.text(shown) : specified(shown, place.group(3)));
        }
        return out.append(plain(format.substring(from))).toString();
    }

    private static String plain(String text) {
        if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
            throw new JinjaException("format: expected braces in pairs but found '" + text + "'");
        }
        return text;
    }

    private static Object field(String path, int next, Arguments arguments) {
        String[] parts = path.split("\\.|\\[", -1);
        Object value = parts[0].isEmpty()
                ? arguments.get(next)
                : parts[0].matches("\\d+") ? arguments.get(Integer.parseInt(parts[0])) : named(arguments, parts[0]);
        for (String part : List.of(parts).subList(1, parts.length)) {
            String key = part.replace("]", "");
            value = Item.element(value, key.matches("\\d+") ? (Object) Long.valueOf(key) : key);
        }
        return value;
    }

    private static Object named(Arguments arguments, String name) {
        if (!arguments.named().containsKey(name)) {
            throw new JinjaException("format: expected a value for '" + name + "' but found none");
        }
        return arguments.named().get(name);
    }

    private static String specified(Object value, String spec) {
        Matcher parts = SPEC.matcher(spec);
        if (!parts.matches()) {
            throw new JinjaException("format: expected a form such as >8 or .2f but found '" + spec + "'");
        }
        boolean number = value instanceof Number;
        String kind = parts.group(8).isEmpty() ? (number && parts.group(7) != null ? "f" : "s") : parts.group(8);
        String text = kind.equals("%")
                ? converted("f", parts.group(7), parts.group(3), 100 * ((Number) value).doubleValue()) + "%"
                : converted(kind, parts.group(7), parts.group(3), value);
        if (!parts.group(6).isEmpty()) {
            text = text.replaceAll("(?<=\\d)(?=(\\d{3})+(?!\\d))", ",");
        }
        String align = parts.group(2) == null ? (number ? ">" : "<") : parts.group(2);
        String fill = parts.group(1) == null ? (parts.group(4).isEmpty() ? " " : "0") : parts.group(1);
        int missing = parts.group(5).isEmpty() ? 0 : Integer.parseInt(parts.group(5)) - PythonText.length(text);
        int left = missing <= 0 ? 0 : align.equals(">") ? missing : align.equals("^") ? missing / 2 : 0;
        return fill.repeat(left) + text + fill.repeat(Math.max(0, missing - left));
    }
}
