package io.deltarule.experiments.retrieval;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Makes a generated SVG small, the same from run to run, and readable where its font is missing. */
final class SvgTidier {
    private static final Pattern LONG_NUMBER = Pattern.compile("-?\\d+\\.\\d{3,}(E-?\\d+)?");
    private static final Pattern FONT = Pattern.compile("font-family:&quot;[^&]*&quot;");
    private static final Pattern CLIP = Pattern.compile("clip\\d+");
    private static final Pattern CLIP_PATH = Pattern.compile("(?s)    <clipPath id=.*?</clipPath>\\n");
    private static final Pattern SVG_TAG = Pattern.compile("<svg [^>]*>");

    private SvgTidier() {}

    static String tidy(String svg, String title) {
        String text = svg.replaceFirst("<!DOCTYPE[^>]*>\\s*", "");
        text = LONG_NUMBER.matcher(text).replaceAll(SvgTidier::hundredths);
        // The family that this machine's Java took for sans-serif may not exist where the figure is read.
        text = FONT.matcher(text).replaceAll("font-family:sans-serif");
        text = SVG_TAG.matcher(text).replaceFirst(tag -> tag.group() + "\n  <title>" + title + "</title>");
        return namedInOrder(text);
    }

    private static String hundredths(MatchResult number) {
        double value = Math.rint(Double.parseDouble(number.group()) * 100) / 100;
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Clip paths are named by identity and listed in the order of a hash table: both differ between runs. */
    private static String namedInOrder(String text) {
        int body = text.indexOf("</defs>");
        if (body < 0) {
            return text;
        }
        Map<String, String> names = new LinkedHashMap<>();
        CLIP.matcher(text.substring(body)).results().forEach(use -> names.putIfAbsent(use.group(), "c" + names.size()));
        Map<String, String> definitions = new LinkedHashMap<>();
        names.keySet().forEach(name -> definitions.put(name, ""));
        CLIP_PATH.matcher(text.substring(0, body)).results().forEach(found -> {
            String name = CLIP.matcher(found.group())
                    .results()
                    .findFirst()
                    .orElseThrow()
                    .group();
            definitions.put(name, found.group());
        });
        String head = CLIP_PATH.matcher(text.substring(0, body)).replaceAll("");
        int end = head.indexOf("<defs>") + "<defs>\n".length();
        String ordered = head.substring(0, end)
                + String.join("", definitions.values())
                + head.substring(end)
                + text.substring(body);
        return CLIP.matcher(ordered).replaceAll(use -> names.getOrDefault(use.group(), use.group()));
    }
}
