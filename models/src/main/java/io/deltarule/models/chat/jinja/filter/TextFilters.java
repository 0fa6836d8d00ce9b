package io.deltarule.models.chat.jinja.filter;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.PercentFormat;
import io.deltarule.models.chat.jinja.value.PythonText;
import io.deltarule.models.chat.jinja.value.StringMethods;
import io.deltarule.models.chat.jinja.value.Tuple;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Filters that make texts. */
public final class TextFilters {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+");
    private static final Pattern BEGINNING = Pattern.compile("(?<=[-\\s({\\[<])");

    private TextFilters() {}

    public static void addTo(Map<String, Filter> all) {
        all.put("upper", (v, a) -> PythonText.text(v).toUpperCase(Locale.ROOT));
        all.put("lower", (v, a) -> PythonText.text(v).toLowerCase(Locale.ROOT));
        all.put("capitalize", (v, a) -> StringMethods.capitalized(PythonText.text(v)));
        all.put("title", (v, a) -> title(PythonText.text(v)));
        all.put(
                "trim",
                (v, a) -> StringMethods.strip(
                        PythonText.text(v), a.check(0, 1, "chars").text(0, "chars", null), true, true));
        all.put("replace", TextFilters::replaced);
        all.put("indent", TextFilters::indented);
        all.put("center", (v, a) -> StringMethods.centered(PythonText.text(v), a.whole(0, "width", 80), " "));
        all.put("truncate", TextFilters::truncated);
        all.put(
                "wordcount",
                (v, a) -> WORD.matcher(PythonText.text(v)).results().count());
        all.put("format", (v, a) -> PercentFormat.format(PythonText.text(v), values(a)));
        all.put("escape", (v, a) -> escaped(PythonText.text(v)));
        all.put("e", (v, a) -> escaped(PythonText.text(v)));
        all.put("forceescape", (v, a) -> escaped(PythonText.text(v)));
        all.put("striptags", (v, a) -> withoutTags(PythonText.text(v)));
        all.put("urlencode", (v, a) -> encoded(PythonText.text(v)));
    }

    private static Object values(Arguments a) {
        return a.named().isEmpty() ? new Tuple(a.positional()) : a.named();
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder();
        for (String word : BEGINNING.split(text, -1)) {
            title.append(StringMethods.capitalized(word));
        }
        return title.toString();
    }

    private static String replaced(Object value, Arguments a) {
        a.check(2, 3, "old", "new", "count");
        return StringMethods.replaced(
                PythonText.text(value), a.text(0, "old", ""), a.text(1, "new", ""), a.whole(2, "count", -1));
    }

    private static String indented(Object value, Arguments a) {
        a.check(0, 3, "width", "first", "blank");
        Object width = a.get(0, "width", 4L);
        String by = width instanceof String text ? text : " ".repeat(Math.max(0, a.whole(0, "width", 4)));
        boolean blank = a.flag(2, "blank", false);
        List<String> lines = StringMethods.lines(PythonText.text(value) + "\n", false);
        StringBuilder text = new StringBuilder(a.flag(1, "first", false) ? by : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            text.append(i == 0 ? "" : "\n")
                    .append(i > 0 && (blank || !line.isEmpty()) ? by : "")
                    .append(line);
        }
        return text.toString();
    }

    private static String truncated(Object value, Arguments a) {
        a.check(0, 4, "length", "killwords", "end", "leeway");
        String text = PythonText.text(value);
        int most = a.whole(0, "length", 255);
        String end = a.text(2, "end", "...");
        if (PythonText.length(text) <= most + a.whole(3, "leeway", 5)) {
            return text;
        }
        String begin = text.substring(0, text.offsetByCodePoints(0, Math.max(0, most - PythonText.length(end))));
        int blank = begin.lastIndexOf(' ');
        return (a.flag(1, "killwords", false) || blank < 0 ? begin : begin.substring(0, blank)) + end;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    private static String withoutTags(String text) {
        String plain = text.replaceAll("(?s)<!--.*?-->", "").replaceAll("<[^>]*>", "");
        return plain.strip().replaceAll("\\s+", " ");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/")
                .replace("%7E", "~")
                .replace("*", "%2A");
    }
}
