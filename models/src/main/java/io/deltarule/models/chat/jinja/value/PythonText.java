package io.deltarule.models.chat.jinja.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Values as Python prints them, and texts as Python counts them: in characters, not in UTF-16's halves. */
public final class PythonText {
    private PythonText() {}

    /** Whether a value counts as true. */
    public static boolean truth(Object value) {
        return switch (value) {
            case null -> false;
            case Boolean b -> b;
            case Undefined u -> false;
            case String s -> !s.isEmpty();
            case Long n -> n != 0;
            case BigInteger n -> n.signum() != 0;
            case Double d -> d != 0;
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    /** As a template writes it. */
    public static String text(Object value) {
        return switch (value) {
            case String s -> s;
            case Undefined u -> "";
            case null, default -> repr(value);
        };
    }

    /** As it stands inside a printed list. */
    public static String repr(Object value) {
        return switch (value) {
            case null -> "None";
            case Boolean b -> b ? "True" : "False";
            case Undefined u -> "Undefined";
            case String s -> quoted(s);
            case Double d -> number(d);
            case Long n -> n.toString();
            case BigInteger n -> n.toString();
            case Tuple tuple -> tuple.size() == 1 ? "(" + repr(tuple.get(0)) + ",)" : joined("(", tuple, ")");
            case List<?> list -> joined("[", list, "]");
            case Map<?, ?> map -> map(map);
            case Namespace n -> "<Namespace " + map(n.attributes()) + ">";
            default -> "<function>";
        };
    }

    private static String joined(String open, List<?> list, String close) {
        StringBuilder text = new StringBuilder(open);
        for (int i = 0; i < list.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(repr(list.get(i)));
        }
        return text.append(close).toString();
    }

    private static String map(Map<?, ?> map) {
        StringBuilder text = new StringBuilder("{");
        for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<?, ?> entry = i.next();
            text.append(repr(entry.getKey())).append(": ").append(repr(entry.getValue()));
            text.append(i.hasNext() ? ", " : "");
        }
        return text.append('}').toString();
    }

    private static String quoted(String s) {
        char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder text = new StringBuilder().append(quote);
        s.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (c == quote) {
                        text.append('\\').append(quote);
                    } else if (printable(c)) {
                        text.appendCodePoint(c);
                    } else if (c < 0x100) {
                        text.append(String.format("\\x%02x", c));
                    } else {
                        text.append(String.format(c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
                    }
                }
            }
        });
        return text.append(quote).toString();
    }

    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** A float: the fewest digits that give it back, with an exponent where it is below −4 or from 16 on. */
    public static String number(double d) {
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            return Double.isNaN(d) ? "nan" : d > 0 ? "inf" : "-inf";
        }
        if (d == 0) {
            return 1 / d < 0 ? "-0.0" : "0.0";
        }
        BigDecimal digits = new BigDecimal(Double.toString(d)).stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = digits.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String all = digits.unscaledValue().abs().toString();
        String mantissa = all.length() == 1 ? all : all.charAt(0) + "." + all.substring(1);
        return String.format(
                Locale.ROOT, "%s%se%s%02d", d < 0 ? "-" : "", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    public static int length(String s) {
        return s.codePointCount(0, s.length());
    }

    /** Its characters, each a text of its own. */
    public static List<Object> characters(String s) {
        return s.codePoints().<Object>mapToObj(Character::toString).toList();
    }

    /** What Python takes for blank space. */
    public static boolean blank(int c) {
        return Character.isWhitespace(c) || c == 0x85 || c == 0xa0 || Character.isSpaceChar(c);
    }

    public static String stripLeading(String s) {
        int from = 0;
        while (from < s.length() && blank(s.charAt(from))) {
            from++;
        }
        return s.substring(from);
    }

    public static String stripTrailing(String s) {
        int to = s.length();
        while (to > 0 && blank(s.charAt(to - 1))) {
            to--;
        }
        return s.substring(0, to);
    }

    public static String strip(String s) {
        return stripTrailing(stripLeading(s));
    }
}
