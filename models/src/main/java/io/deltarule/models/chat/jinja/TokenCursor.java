package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.TemplateToken.Kind;
import io.deltarule.models.chat.jinja.value.JinjaException;
import java.util.List;

/** A place in a list of tokens. */
final class TokenCursor {
    private final List<TemplateToken> tokens;
    private int at;

    TokenCursor(List<TemplateToken> tokens) {
        this.tokens = tokens;
    }

    TemplateToken now() {
        return tokens.get(at);
    }

    TemplateToken ahead() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    TemplateToken take() {
        TemplateToken token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    boolean isOperator(String text) {
        return now().is(Kind.OPERATOR, text);
    }

    boolean isName(String text) {
        return now().is(Kind.NAME, text);
    }

    boolean takeOperator(String text) {
        return take(isOperator(text));
    }

    boolean takeName(String text) {
        return take(isName(text));
    }

    private boolean take(boolean there) {
        if (there) {
            take();
        }
        return there;
    }

    void expectOperator(String text) {
        if (!takeOperator(text)) {
            throw expected("'" + text + "'");
        }
    }

    void expectName(String text) {
        if (!takeName(text)) {
            throw expected("'" + text + "'");
        }
    }

    String expectName() {
        if (now().kind() != Kind.NAME) {
            throw expected("a name");
        }
        return take().text();
    }

    void expect(Kind kind, String what) {
        if (now().kind() != kind) {
            throw expected(what);
        }
        take();
    }

    JinjaException expected(String what) {
        return JinjaException.at(now().line(), "expected " + what + " but found " + now().shown());
    }
}
