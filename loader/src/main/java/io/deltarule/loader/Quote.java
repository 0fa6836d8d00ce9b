package io.deltarule.loader;

/** Makes names that come from a file fit to print: one line, no control characters, a bounded length. */
final class Quote {
    /** Longer names are cut in messages: a hostile header may hold one of many megabytes. */
    private static final int NAME_LIMIT = 120;

    private static final int TEXT_LIMIT = 1000;

    private Quote() {}

    /** The name in double quotes. */
    static String of(String name) {
        return '"' + cut(name, NAME_LIMIT) + '"';
    }

    /** The text without quotes, for paths and for other libraries' messages. */
    static String bare(String text) {
        return cut(text, TEXT_LIMIT);
    }

    private static String cut(String text, int limit) {
        int kept = Math.min(text.length(), limit);
        StringBuilder out = new StringBuilder(kept + 16);
        for (int i = 0; i < kept; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (isPrintable(c)) {
                out.appendCodePoint(c);
            } else {
                out.append("\\u{").append(Integer.toHexString(c)).append('}');
            }
        }
        if (kept < text.length()) {
            out.append("… (").append(text.length()).append(" characters)");
        }
        return out.toString();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            // FORMAT holds the marks that reverse the direction of text: they could disguise a message.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
