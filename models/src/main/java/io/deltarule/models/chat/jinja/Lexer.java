package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.TemplateToken.Kind;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.PythonText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template's text as tokens. Blank space goes as Hugging Face has it go: the line break after a statement or comment
 * (trim_blocks), blanks before one that begins its line (lstrip_blocks), all of it on the side of a {@code -}, none on that of a
 * {@code +}; one line break at the very end.
 */
final class Lexer {
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%}\\s*|%})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%}|-%}\\s*|%}\\n?)");
    private static final Pattern FLOAT =
            Pattern.compile("(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern WHOLE =
            Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
    private static final Pattern NAME =
            Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}_]*");
    private static final List<String> OPERATORS = List.of(
            "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final List<TemplateToken> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int counted;

    /** Whether the text after the last token begins a line. */
    private boolean lineBegins = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<TemplateToken> tokens(String template) {
        String unix = template.replace("\r\n", "\n").replace('\r', '\n');
        return new Lexer(unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix).run();
    }

    private List<TemplateToken> run() {
        while (at < source.length()) {
            int open = opening();
            if (open < 0) {
                add(Kind.TEXT, source.substring(at));
                at = source.length();
            } else if (!raw(open)) {
                before(open, source.charAt(open + 1) != '{');
                switch (source.charAt(open + 1)) {
                    case '#' -> comment(open);
                    case '%' -> inside(open, Kind.BLOCK_BEGIN, Kind.BLOCK_END, "%}");
                    default -> inside(open, Kind.OUTPUT_BEGIN, Kind.OUTPUT_END, "}}");
                }
            }
        }
        add(Kind.END, "");
        return tokens;
    }

    /** The place of the next opening mark, or −1. */
    private int opening() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** The text up to an opening mark, without what the mark takes away. */
    private void before(int open, boolean takesBlanks) {
        text(source.substring(at, open), sign(open + 2), takesBlanks);
    }

    private void text(String text, char sign, boolean takesBlanks) {
        if (sign == '-') {
            text = PythonText.stripTrailing(text);
        } else if (sign != '+' && takesBlanks) {
            int begin = text.lastIndexOf('\n') + 1;
            if ((begin > 0 || lineBegins)
                    && PythonText.strip(text.substring(begin)).isEmpty()) {
                text = text.substring(0, begin);
            }
        }
        if (!text.isEmpty()) {
            add(Kind.TEXT, text);
        }
    }

    private char sign(int place) {
        char found = place < source.length() ? source.charAt(place) : ' ';
        return found == '-' || found == '+' ? found : ' ';
    }

    private void comment(int open) {
        int end = source.indexOf("#}", open + 2);
        if (end < 0) {
            throw JinjaException.at(lineOf(open), "a comment has no end");
        }
        close(end + 2, sign(end - 1), true);
    }

    /** Goes on behind a closing mark, with the blank space that it takes away. */
    private void close(int end, char sign, boolean takesBreak) {
        at = end;
        if (sign == '-') {
            while (at < source.length() && PythonText.blank(source.charAt(at))) {
                at++;
            }
        } else if (sign != '+' && takesBreak && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
        lineBegins = source.charAt(at - 1) == '\n';
    }

    /** A part that is taken as it is. */
    private boolean raw(int open) {
        Matcher begin = RAW.matcher(source).region(open, source.length());
        if (!begin.lookingAt()) {
            return false;
        }
        before(open, true);
        Matcher end = END_RAW.matcher(source);
        if (!end.find(begin.end())) {
            throw JinjaException.at(lineOf(open), "raw has no endraw");
        }
        lineBegins = source.charAt(begin.end() - 1) == '\n';
        String sign = end.group(1);
        text(source.substring(begin.end(), end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), true);
        at = end.end();
        lineBegins = source.charAt(at - 1) == '\n';
        return true;
    }

    private void inside(int open, Kind begin, Kind end, String mark) {
        at = open;
        add(begin, source.substring(open, open + 2));
        at = sign(open + 2) != ' ' && (end == Kind.BLOCK_END || sign(open + 2) == '-') ? open + 3 : open + 2;
        Deque<String> brackets = new ArrayDeque<>();
        while (true) {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
            if (at >= source.length()) {
                throw JinjaException.at(lineOf(open), "'" + source.substring(open, open + 2) + "' has no end");
            }
            char sign = sign(at);
            int marked = sign == ' ' || (sign == '+' && end != Kind.BLOCK_END) ? at : at + 1;
            if (brackets.isEmpty() && source.startsWith(mark, marked)) {
                add(end, mark);
                close(marked + 2, marked == at ? ' ' : sign, end == Kind.BLOCK_END);
                return;
            }
            token(brackets);
        }
    }

    private void token(Deque<String> brackets) {
        char first = source.charAt(at);
        if (first == '\'' || first == '"') {
            string(first);
        } else if (!match(FLOAT, Kind.FLOAT) && !match(WHOLE, Kind.WHOLE) && !match(NAME, Kind.NAME)) {
            String operator = OPERATORS.stream()
                    .filter(o -> source.startsWith(o, at))
                    .findFirst()
                    .orElseThrow(() -> JinjaException.at(lineOf(at), "unexpected character '" + first + "'"));
            switch (operator) {
                case "(" -> brackets.push(")");
                case "[" -> brackets.push("]");
                case "{" -> brackets.push("}");
                case ")", "]", "}" -> {
                    if (brackets.isEmpty() || !brackets.pop().equals(operator)) {
                        throw JinjaException.at(lineOf(at), "unexpected '" + operator + "'");
                    }
                }
                default -> {}
            }
            add(Kind.OPERATOR, operator);
            at += operator.length();
        }
    }

    private boolean match(Pattern pattern, Kind kind) {
        Matcher matcher = pattern.matcher(source).region(at, source.length());
        // A number after a dot is a place (rows.0.1), so its own dot begins the next one.
        if (!matcher.lookingAt() || (kind == Kind.FLOAT && source.charAt(at - 1) == '.')) {
            return false;
        }
        add(kind, matcher.group());
        at = matcher.end();
        return true;
    }

    private void string(char quote) {
        StringBuilder text = new StringBuilder();
        int begin = at++;
        while (at < source.length() && source.charAt(at) != quote) {
            if (source.charAt(at) == '\\' && at + 1 < source.length()) {
                at = escape(text, at + 1);
            } else {
                text.append(source.charAt(at++));
            }
        }
        if (at >= source.length()) {
            throw JinjaException.at(lineOf(begin), "a text has no closing " + quote);
        }
        tokens.add(new TemplateToken(Kind.STRING, text.toString(), lineOf(begin)));
        at++;
    }

    /** What a backslash and the character at a place mean, as in Python; returns the place behind. */
    private int escape(StringBuilder text, int place) {
        char c = source.charAt(place);
        int simple = "\\'\"abfnrtv".indexOf(c);
        if (simple >= 0) {
            text.append("\\'\"\u0007\b\f\n\r\t\u000b".charAt(simple));
            return place + 1;
        }
        int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits > 0 && place + digits < source.length()) {
            String hex = source.substring(place + 1, place + 1 + digits);
            if (hex.matches("[0-9a-fA-F]+") && Long.parseLong(hex, 16) <= Character.MAX_CODE_POINT) {
                text.appendCodePoint(Integer.parseInt(hex, 16));
                return place + 1 + digits;
            }
        }
        if (c >= '0' && c <= '7') {
            int end = place + 1;
            while (end < place + 3 && end < source.length() && source.charAt(end) >= '0' && source.charAt(end) <= '7') {
                end++;
            }
            text.append((char) Integer.parseInt(source.substring(place, end), 8));
            return end;
        }
        if (c != '\n') { // an escaped line break is none at all
            text.append('\\').append(c);
        }
        return place + 1;
    }

    private void add(Kind kind, String text) {
        tokens.add(new TemplateToken(kind, text, lineOf(at)));
    }

    /** Places come in rising order, but for messages. */
    private int lineOf(int place) {
        for (; counted < place; counted++) {
            line += source.charAt(counted) == '\n' ? 1 : 0;
        }
        return line;
    }
}
