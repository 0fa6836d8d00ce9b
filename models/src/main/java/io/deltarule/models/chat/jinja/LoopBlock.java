package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.value.Arguments;
import io.deltarule.models.chat.jinja.value.Item;
import io.deltarule.models.chat.jinja.value.PythonText;
import java.util.ArrayList;
import java.util.List;

/**
 * A loop's parts.
 *
 * @param target takes each element
 * @param filter leaves elements out; null for none
 * @param body once for each
 * @param otherwise where there are none; null for nothing
 * @param recursive whether {@code loop} can be called
 */
record LoopBlock(Target target, Expression filter, TemplateBlock body, TemplateBlock otherwise, boolean recursive) {
    TemplateBlock.End write(Object over, Scope scope, StringBuilder out) {
        return write(over, scope, out, 1);
    }

    private TemplateBlock.End write(Object over, Scope scope, StringBuilder out, int depth) {
        List<Object> elements = elements(over, scope);
        if (elements.isEmpty()) {
            return otherwise == null ? TemplateBlock.End.DONE : otherwise.write(scope, out);
        }
        Loop loop = new Loop(elements, depth, recursive ? arguments -> again(arguments, scope, depth + 1) : null);
        while (loop.next()) {
            Scope inside = scope.inner();
            target.set(loop.element(), inside);
            inside.set("loop", loop);
            if (body.write(inside, out) == TemplateBlock.End.BREAK) {
                break;
            }
        }
        return TemplateBlock.End.DONE;
    }

    private String again(Arguments arguments, Scope scope, int depth) {
        StringBuilder text = new StringBuilder();
        scope.enter();
        write(arguments.check(1, 1).get(0), scope, text, depth);
        scope.leave();
        return text.toString();
    }

    private List<Object> elements(Object over, Scope scope) {
        List<Object> all = Item.all(over);
        if (filter == null) {
            return all;
        }
        List<Object> kept = new ArrayList<>();
        for (Object element : all) {
            Scope inside = scope.inner();
            target.set(element, inside);
            if (PythonText.truth(filter.value(inside))) {
                kept.add(element);
            }
        }
        return kept;
    }
}
