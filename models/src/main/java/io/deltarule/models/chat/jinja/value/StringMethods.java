package io.deltarule.models.chat.jinja.value;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/** What a text can do. */
public final class StringMethods {
    /** A method of a text. */
    private interface Method {
        Object call(String text, Arguments arguments);
    }

    private static final Map<String, Method> ALL = Map.ofEntries(
            Map.entry("upper", (s, a) -> s.toUpperCase(Locale.ROOT)),
            Map.entry("lower", (s, a) -> s.toLowerCase(Locale.ROOT)),
            Map.entry("casefold", (s, a) -> s.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)),
            Map.entry("capitalize", (s, a) -> capitalized(s)),
            Map.entry("title", (s, a) -> titled(s)),
            Map.entry("swapcase", (s, a) -> swapped(s)),
            Map.entry("strip", (s, a) -> strip(s, a, true, true)),
            Map.entry("lstrip", (s, a) -> strip(s, a, true, false)),
            Map.entry("rstrip", (s, a) -> strip(s, a, false, true)),
            Map.entry(
                    "removeprefix",
                    (s, a) -> s.startsWith(a.text(0)) ? s.substring(a.text(0).length()) : s),
            Map.entry(
                    "removesuffix",
                    (s, a) -> s.endsWith(a.text(0))
                            ? s.substring(0, s.length() - a.text(0).length())
                            : s),
            Map.entry("startswith", (s, a) -> any(a, part -> s.startsWith(part))),
            Map.entry("endswith", (s, a) -> any(a, part -> s.endsWith(part))),
            Map.entry("split", StringMethods::split),
            Map.entry("rsplit", StringMethods::rsplit),
            Map.entry("splitlines", (s, a) -> new ArrayList<Object>(lines(s, a.flag(0, "keepends", false)))),
            Map.entry("partition", (s, a) -> partition(s, a.text(0), s.indexOf(a.text(0)), false)),
            Map.entry("rpartition", (s, a) -> partition(s, a.text(0), s.lastIndexOf(a.text(0)), true)),
            Map.entry("replace", (s, a) -> replaced(s, a.text(0), a.text(1), a.whole(2, "count", -1))),
            Map.entry("join", (s, a) -> joined(s, a.get(0))),
            Map.entry("find", (s, a) -> place(s, s.indexOf(a.text(0)))),
            Map.entry("rfind", (s, a) -> place(s, s.lastIndexOf(a.text(0)))),
            Map.entry("index", (s, a) -> found(s, s.indexOf(a.text(0)))),
            Map.entry("rindex", (s, a) -> found(s, s.lastIndexOf(a.text(0)))),
            Map.entry("count", (s, a) -> count(s, a.text(0))),
            Map.entry("format", PercentFormat::braces),
            Map.entry("zfill", (s, a) -> zfill(s, a.whole(0, "width", 0))),
            Map.entry("ljust", (s, a) -> s + padding(s, a)),
            Map.entry("rjust", (s, a) -> padding(s, a) + s),
            Map.entry("center", (s, a) -> centered(s, a.whole(0, "width", 0), a.text(1, "fillchar", " "))),
            Map.entry("isdigit", (s, a) -> all(s, Character::isDigit)),
            Map.entry("isdecimal", (s, a) -> all(s, Character::isDigit)),
            Map.entry("isnumeric", (s, a) -> all(s, StringMethods::numeric)),
            Map.entry("isalpha", (s, a) -> all(s, Character::isLetter)),
            Map.entry("isalnum", (s, a) -> all(s, c -> Character.isLetter(c) || numeric(c))),
            Map.entry("isspace", (s, a) -> all(s, PythonText::blank)),
            Map.entry("isupper", (s, a) -> cased(s) && s.equals(s.toUpperCase(Locale.ROOT))),
            Map.entry("islower", (s, a) -> cased(s) && s.equals(s.toLowerCase(Locale.ROOT))));

    private StringMethods() {}

    /** A method bound to a text; null where there is none of that name. */
    public static Callable find(String text, String name) {
        Method method = ALL.get(name);
        return method == null ? null : a -> method.call(text, new Arguments("text." + name, a.positional(), a.named()));
    }

    private static boolean all(String s, IntPredicate test) {
        return !s.isEmpty() && s.codePoints().allMatch(test);
    }

    private static boolean numeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    private static boolean cased(String s) {
        return s.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
    }

    public static String capitalized(String s) {
        if (s.isEmpty()) {
            return s;
        }
        int rest = s.offsetByCodePoints(0, 1);
        return s.substring(0, rest).toUpperCase(Locale.ROOT) + s.substring(rest).toLowerCase(Locale.ROOT);
    }

    private static String titled(String s) {
        StringBuilder text = new StringBuilder();
        boolean inside = false;
        for (int c : s.codePoints().toArray()) {
            text.appendCodePoint(inside ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inside = Character.isLetter(c);
        }
        return text.toString();
    }

    private static String swapped(String s) {
        StringBuilder text = new StringBuilder();
        s.codePoints()
                .map(c -> Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c))
                .forEach(text::appendCodePoint);
        return text.toString();
    }

    private static String strip(String s, Arguments arguments, boolean left, boolean right) {
        String characters = arguments.text(0, "chars", null);
        return strip(s, characters, left, right);
    }

    /** Without blank space, or without these characters, at its ends. */
    public static String strip(String s, String characters, boolean left, boolean right) {
        IntPredicate goes = characters == null ? PythonText::blank : c -> characters.indexOf(c) >= 0;
        int from = 0;
        int to = s.length();
        while (left && from < to && goes.test(s.codePointAt(from))) {
            from += Character.charCount(s.codePointAt(from));
        }
        while (right && to > from && goes.test(s.codePointBefore(to))) {
            to -= Character.charCount(s.codePointBefore(to));
        }
        return s.substring(from, to);
    }

    private static boolean any(Arguments arguments, java.util.function.Predicate<String> test) {
        if (arguments.get(0) instanceof Tuple parts) {
            return parts.stream().anyMatch(part -> part instanceof String text && test.test(text));
        }
        return test.test(arguments.text(0));
    }

    private static List<Object> split(String s, Arguments arguments) {
        String separator = arguments.text(0, "sep", null);
        int most = arguments.whole(1, "maxsplit", -1);
        List<Object> parts = new ArrayList<>();
        int from = 0;
        if (separator == null) {
            String rest = PythonText.stripLeading(s);
            while (!rest.isEmpty() && (most < 0 || parts.size() < most)) {
                int end = 0;
                while (end < rest.length() && !PythonText.blank(rest.charAt(end))) {
                    end++;
                }
                parts.add(rest.substring(0, end));
                rest = PythonText.stripLeading(rest.substring(end));
            }
            if (!rest.isEmpty()) {
                parts.add(PythonText.stripTrailing(rest));
            }
            return parts;
        }
        notEmpty(separator);
        for (int at = s.indexOf(separator);
                at >= 0 && (most < 0 || parts.size() < most);
                at = s.indexOf(separator, from)) {
            parts.add(s.substring(from, at));
            from = at + separator.length();
        }
        parts.add(s.substring(from));
        return parts;
    }

    private static List<Object> rsplit(String s, Arguments arguments) {
        String separator = arguments.text(0, "sep", null);
        int most = arguments.whole(1, "maxsplit", -1);
        if (separator == null || most < 0) {
            return split(
                    s, new Arguments(arguments.of(), separator == null ? List.of() : List.of(separator), Map.of()));
        }
        notEmpty(separator);
        List<Object> parts = new ArrayList<>();
        String rest = s;
        for (int at = rest.lastIndexOf(separator); at >= 0 && parts.size() < most; at = rest.lastIndexOf(separator)) {
            parts.add(rest.substring(at + separator.length()));
            rest = rest.substring(0, at);
        }
        parts.add(rest);
        Collections.reverse(parts);
        return parts;
    }

    private static void notEmpty(String separator) {
        if (separator.isEmpty()) {
            throw new JinjaException("split: expected a separator but found an empty one");
        }
    }

    /** Without the line breaks, or with them. */
    public static List<String> lines(String s, boolean keep) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < s.length(); i++) {
            if ("\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(s.charAt(i)) >= 0) {
                int end = s.startsWith("\r\n", i) ? i + 2 : i + 1;
                lines.add(s.substring(from, keep ? end : i));
                from = end;
                i = end - 1;
            }
        }
        if (from < s.length()) {
            lines.add(s.substring(from));
        }
        return lines;
    }

    private static Tuple partition(String s, String separator, int at, boolean last) {
        notEmpty(separator);
        if (at < 0) {
            return new Tuple(last ? List.of("", "", s) : List.of(s, "", ""));
        }
        return new Tuple(List.of(s.substring(0, at), separator, s.substring(at + separator.length())));
    }

    public static String replaced(String s, String old, String fresh, int most) {
        if (most < 0) {
            return s.replace(old, fresh);
        }
        String rest = s;
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < most && rest.contains(old) && !old.isEmpty(); i++) {
            int at = rest.indexOf(old);
            text.append(rest, 0, at).append(fresh);
            rest = rest.substring(at + old.length());
        }
        return text + rest;
    }

    private static String joined(String separator, Object parts) {
        StringBuilder text = new StringBuilder();
        List<Object> all = Item.all(parts);
        for (int i = 0; i < all.size(); i++) {
            if (!(all.get(i) instanceof String part)) {
                throw new JinjaException("join: expected texts but found " + Arithmetic.kind(all.get(i)));
            }
            text.append(i == 0 ? "" : separator).append(part);
        }
        return text.toString();
    }

    private static long place(String s, int at) {
        return at < 0 ? -1 : s.codePointCount(0, at);
    }

    private static long found(String s, int at) {
        if (at < 0) {
            throw new JinjaException("index: expected a part of the text but it is not there");
        }
        return place(s, at);
    }

    private static long count(String s, String part) {
        if (part.isEmpty()) {
            return PythonText.length(s) + 1L;
        }
        long count = 0;
        for (int at = s.indexOf(part); at >= 0; at = s.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static String zfill(String s, int width) {
        String zeros = "0".repeat(Math.max(0, width - PythonText.length(s)));
        return s.startsWith("-") || s.startsWith("+") ? s.charAt(0) + zeros + s.substring(1) : zeros + s;
    }

    private static String padding(String s, Arguments a) {
        return a.text(1, "fillchar", " ").repeat(Math.max(0, a.whole(0, "width", 0) - PythonText.length(s)));
    }

    public static String centered(String s, int width, String fill) {
        int all = Math.max(0, width - PythonText.length(s));
        int left = all / 2 + (all & width & 1);
        return fill.repeat(left) + s + fill.repeat(all - left);
    }
}
