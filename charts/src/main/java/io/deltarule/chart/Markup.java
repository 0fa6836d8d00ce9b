package io.deltarule.chart;

/** Text inside markup. */
public final class Markup {
    private Markup() {}

    /** Escapes a text so that nothing in it is markup, for text and for attributes in double quotes. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
