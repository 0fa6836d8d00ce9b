package io.deltarule.models.tokenizer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code Replace} of what a regular expression finds in a piece. */
final class PatternStep extends WholePieceStep {
    private final Pattern pattern;
    private final String content;

    PatternStep(Pattern pattern, String content, PieceSink next) {
        super(next);
        this.pattern = pattern;
        this.content = Matcher.quoteReplacement(content);
    }

    @Override
    void piece(String text) {
        give(pattern.matcher(text).replaceAll(content));
    }
}
