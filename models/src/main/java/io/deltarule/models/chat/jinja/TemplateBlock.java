package io.deltarule.models.chat.jinja;

import java.util.List;

/** What writes some text. */
@FunctionalInterface
interface TemplateBlock {
    /** How it ended. */
    enum End {
        DONE,
        BREAK,
        CONTINUE
    }

    End write(Scope scope, StringBuilder out);

    /** One after the other, up to a break or continue. */
    static TemplateBlock all(List<TemplateBlock> blocks) {
        return (scope, out) -> {
            for (TemplateBlock block : blocks) {
                scope.step(out);
                End end = block.write(scope, out);
                if (end != End.DONE) {
                    return end;
                }
            }
            return End.DONE;
        };
    }

    /** Its text alone. */
    default String text(Scope scope) {
        StringBuilder text = new StringBuilder();
        write(scope, text);
        return text.toString();
    }
}
