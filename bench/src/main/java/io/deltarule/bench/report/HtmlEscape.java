package io.deltarule.bench.report;

/** Text inside markup. */
final class HtmlEscape {
    private HtmlEscape() {}

    /** Escapes a text so that nothing in it is markup, for text and for attributes in double quotes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
