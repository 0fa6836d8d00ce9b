package io.deltarule.bench.report;

/** Text inside markup. */
final class HtmlEscape {
    private HtmlEscape() {}

    /** Nothing in it is markup any more; good for text and for attributes in double quotes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
