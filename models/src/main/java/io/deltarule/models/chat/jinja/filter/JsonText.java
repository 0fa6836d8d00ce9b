package io.deltarule.models.chat.jinja.filter;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.PythonText;
import io.deltarule.models.chat.jinja.value.ValueComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Values as JSON, as Python's json.dumps writes them.
 *
 * @param indent blanks per level, or null for one line
 * @param item between elements
 * @param key between a key and its value
 * @param ascii whether other characters are escaped
 * @param sorted whether keys are in order
 */
public record JsonText(String indent, String item, String key, boolean ascii, boolean sorted) {
    /** The filter {@code tojson} in Hugging Face's form. */
    public static String filter(Object value, Arguments a) {
        a.check(0, 4, "ensure_ascii", "indent", "separators", "sort_keys");
        Object indent = a.get(1, "indent", null);
        String by = switch (indent) {
            case null -> null;
            case String text -> text;
            case Long n -> " ".repeat(Math.clamp(n, 0, 100));
            default -> throw new JinjaException("tojson: expected a whole number as indent");
        };
        String item = by == null ? ", " : ",";
        String key = ": ";
        Object separators = a.get(2, "separators", null);
        if (separators instanceof List<?> pair && pair.size() == 2) {
            item = PythonText.text(pair.get(0));
            key = PythonText.text(pair.get(1));
        } else if (separators != null) {
            throw new JinjaException("tojson: expected a pair of texts as separators");
        }
        StringBuilder out = new StringBuilder();
        new JsonText(by, item, key, a.flag(0, "ensure_ascii", false), a.flag(3, "sort_keys", false))
                .write(value, out, "");
        return out.toString();
    }

    private void write(Object value, StringBuilder out, String margin) {
        switch (value) {
            case null -> out.append("null");
            case Boolean b -> out.append(b);
            case String s -> string(s, out);
            case Double d -> out.append(number(d));
            case Number n -> out.append(n);
            case List<?> list -> list(list, out, margin);
            case Map<?, ?> map -> map(map, out, margin);
            default ->
                throw new JinjaException("tojson: expected a value that JSON has but found " + Arithmetic.kind(value));
        }
    }

    private static String number(double d) {
        return Double.isNaN(d)
                ? "NaN"
                : Double.isInfinite(d) ? (d > 0 ? "Infinity" : "-Infinity") : PythonText.number(d);
    }

    private void list(List<?> list, StringBuilder out, String margin) {
        String inner = inner(margin);
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
            begin(i, out, inner);
            write(list.get(i), out, inner);
        }
        end(list.isEmpty(), out, margin).append(']');
    }

    private void map(Map<?, ?> map, StringBuilder out, String margin) {
        String inner = inner(margin);
        List<Object> keys = new ArrayList<>(map.keySet());
        if (sorted) {
            keys.sort((x, y) -> ValueComparison.order("<", x, y));
        }
        out.append('{');
        for (int i = 0; i < keys.size(); i++) {
            begin(i, out, inner);
            Object name = keys.get(i);
            string(name instanceof String s ? s : keyText(name), out);
            out.append(key);
            write(map.get(name), out, inner);
        }
        end(keys.isEmpty(), out, margin).append('}');
    }

    /** Keys that are no texts, as JSON writes their values. */
    private static String keyText(Object key) {
        return key == null ? "null" : key instanceof Boolean b ? b.toString() : PythonText.text(key);
    }

    private String inner(String margin) {
        return indent == null ? "" : margin + indent;
    }

    private void begin(int place, StringBuilder out, String inner) {
        out.append(place == 0 ? "" : item);
        if (indent != null) {
            out.append('\n').append(inner);
        }
    }

    private StringBuilder end(boolean empty, StringBuilder out, String margin) {
        return empty || indent == null ? out : out.append('\n').append(margin);
    }

    private void string(String s, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || (ascii && c > 0x7e)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
