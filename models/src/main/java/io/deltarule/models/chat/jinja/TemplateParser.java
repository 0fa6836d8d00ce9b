package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.TemplateToken.Kind;
import io.deltarule.models.chat.jinja.value.Arithmetic;
import io.deltarule.models.chat.jinja.value.JinjaException;
import io.deltarule.models.chat.jinja.value.Namespace;
import io.deltarule.models.chat.jinja.value.PythonText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Statements and what is between them. */
final class TemplateParser {
    private final TokenCursor cursor;
    private final ExpressionParser expressions;
    private final Set<String> names = new HashSet<>();

    /** How many loops are around; a macro's body begins anew. */
    private int loops;

    TemplateParser(List<TemplateToken> tokens) {
        this.cursor = new TokenCursor(tokens);
        this.expressions = new ExpressionParser(cursor, names);
    }

    /** All of it. */
    TemplateBlock template() {
        TemplateBlock body = body(Set.of());
        if (cursor.now().kind() != Kind.END) {
            throw cursor.expected("the end of the template");
        }
        return body;
    }

    /** Every name that the template reads. */
    Set<String> names() {
        return names;
    }

    /** Up to a statement with one of these names, whose name is next then. */
    private TemplateBlock body(Set<String> ends) {
        List<TemplateBlock> blocks = new ArrayList<>();
        while (true) {
            TemplateToken token = cursor.now();
            switch (token.kind()) {
                case TEXT -> {
                    cursor.take();
                    blocks.add((scope, out) -> {
                        out.append(token.text());
                        return TemplateBlock.End.DONE;
                    });
                }
                case OUTPUT_BEGIN -> {
                    cursor.take();
                    blocks.add(output(expressions.tuple()));
                    cursor.expect(Kind.OUTPUT_END, "'}}'");
                }
                case BLOCK_BEGIN -> {
                    cursor.take();
                    if (cursor.now().kind() == Kind.NAME
                            && ends.contains(cursor.now().text())) {
                        return TemplateBlock.all(blocks);
                    }
                    blocks.add(statement(token.line()));
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw cursor.expected("one of "
                                + String.join(", ", ends.stream().sorted().toList()));
                    }
                    return TemplateBlock.all(blocks);
                }
            }
        }
    }

    private static TemplateBlock output(Expression value) {
        return (scope, out) -> {
            out.append(PythonText.text(value.value(scope)));
            return TemplateBlock.End.DONE;
        };
    }

    /** Up to the end of a block and behind it. */
    private TemplateBlock bodyTo(String end) {
        TemplateBlock body = body(Set.of(end));
        cursor.expectName(end);
        close();
        return body;
    }

    private void close() {
        cursor.expect(Kind.BLOCK_END, "'%}'");
    }

    private TemplateBlock statement(int line) {
        TemplateBlock block = switch (cursor.expectName()) {
            case "if" -> condition();
            case "for" -> loop();
            case "set" -> assignment();
            case "macro" -> macro();
            case "call" -> callBlock();
            case "filter" -> filterBlock();
            case "with" -> with();
            case "generation" -> generation();
            case "break" -> jump(TemplateBlock.End.BREAK);
            case "continue" -> jump(TemplateBlock.End.CONTINUE);
            default -> throw JinjaException.at(line, "there is no statement of this name");
        };
        return (scope, out) -> {
            try {
                return block.write(scope, out);
            } catch (JinjaException e) {
                throw e.at(line);
            }
        };
    }

    private TemplateBlock condition() {
        Expression condition = expressions.tuple();
        close();
        TemplateBlock then = body(Set.of("elif", "else", "endif"));
        TemplateBlock otherwise = (scope, out) -> TemplateBlock.End.DONE;
        if (cursor.takeName("elif")) {
            otherwise = condition();
        } else if (cursor.takeName("else")) {
            close();
            otherwise = bodyTo("endif");
        } else {
            cursor.expectName("endif");
            close();
        }
        TemplateBlock rest = otherwise;
        return (scope, out) ->
                PythonText.truth(condition.value(scope)) ? then.write(scope, out) : rest.write(scope, out);
    }

    private TemplateBlock jump(TemplateBlock.End end) {
        close();
        if (loops == 0) {
            throw cursor.expected("break and continue inside a loop only");
        }
        return (scope, out) -> end;
    }

    private TemplateBlock loop() {
        Target target = target();
        cursor.expectName("in");
        Expression over = expressions.iterated();
        Expression filter = cursor.takeName("if") ? expressions.expression() : null;
        boolean recursive = cursor.takeName("recursive");
        close();
        loops++;
        TemplateBlock body = body(Set.of("else", "endfor"));
        loops--;
        TemplateBlock otherwise = null;
        if (cursor.takeName("else")) {
            close();
            otherwise = bodyTo("endfor");
        } else {
            cursor.expectName("endfor");
            close();
        }
        LoopBlock loop = new LoopBlock(target, filter, body, otherwise, recursive);
        return (scope, out) -> loop.write(over.value(scope), scope, out);
    }

    /** A name, or several with commas between them, in parentheses too. */
    private Target target() {
        List<Target> all = new ArrayList<>();
        boolean several = false;
        do {
            if (cursor.takeOperator("(")) {
                all.add(target());
                cursor.expectOperator(")");
            } else {
                String name = cursor.expectName();
                all.add((value, scope) -> scope.set(name, value));
            }
            several |= cursor.isOperator(",");
        } while (cursor.takeOperator(",") && !cursor.isName("in") && !cursor.isOperator("="));
        return several ? Target.all(all) : all.getFirst();
    }

    private TemplateBlock assignment() {
        if (cursor.ahead().is(Kind.OPERATOR, ".")) {
            return attribute();
        }
        Target target = target();
        if (cursor.takeOperator("=")) {
            Expression value = expressions.tuple();
            close();
            return (scope, out) -> {
                target.set(value.value(scope), scope);
                return TemplateBlock.End.DONE;
            };
        }
        Expression[] written = new Expression[1];
        Expression value = expressions.filtered(scope -> written[0].value(scope));
        close();
        TemplateBlock body = bodyTo("endset");
        written[0] = scope -> body.text(scope.inner());
        return (scope, out) -> {
            target.set(value.value(scope), scope);
            return TemplateBlock.End.DONE;
        };
    }

    private TemplateBlock attribute() {
        String name = cursor.expectName();
        cursor.expectOperator(".");
        String attribute = cursor.expectName();
        cursor.expectOperator("=");
        Expression value = expressions.tuple();
        close();
        return (scope, out) -> {
            if (!(scope.get(name) instanceof Namespace namespace)) {
                throw new JinjaException("'" + name + "': expected a namespace, the one value whose attributes can be"
                        + " set, but found " + Arithmetic.kind(scope.get(name)));
            }
            namespace.attributes().put(attribute, value.value(scope));
            return TemplateBlock.End.DONE;
        };
    }

    private TemplateBlock macro() {
        String name = cursor.expectName();
        Macro.Signature signature = signature();
        close();
        Macro.Body body = macroBody("endmacro");
        return (scope, out) -> {
            scope.set(name, new Macro(name, signature, body, scope));
            return TemplateBlock.End.DONE;
        };
    }

    private Macro.Body macroBody(String end) {
        int around = loops;
        loops = 0;
        Set<String> before = Set.copyOf(names);
        names.removeAll(Macro.SPECIAL);
        TemplateBlock block = bodyTo(end);
        Set<String> special = new HashSet<>(Macro.SPECIAL);
        special.retainAll(names);
        names.addAll(before);
        loops = around;
        return new Macro.Body(block, special);
    }

    private Macro.Signature signature() {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        cursor.expectOperator("(");
        while (!cursor.takeOperator(")")) {
            parameters.add(cursor.expectName());
            defaults.add(cursor.takeOperator("=") ? expressions.expression() : null);
            if (!cursor.isOperator(")")) {
                cursor.expectOperator(",");
            }
        }
        return new Macro.Signature(parameters, defaults);
    }

    private TemplateBlock callBlock() {
        Macro.Signature signature = cursor.isOperator("(") ? signature() : new Macro.Signature(List.of(), List.of());
        Call call = expressions.call();
        close();
        Macro.Body body = macroBody("endcall");
        return (scope, out) -> {
            Macro caller = new Macro(Macro.CALLER, signature, body, scope);
            out.append(PythonText.text(call.value(scope, Map.of(Macro.CALLER, caller))));
            return TemplateBlock.End.DONE;
        };
    }

    private TemplateBlock filterBlock() {
        Expression[] written = new Expression[1];
        Expression value = expressions.filters(scope -> written[0].value(scope));
        close();
        TemplateBlock body = bodyTo("endfilter");
        written[0] = scope -> body.text(scope.inner());
        return (scope, out) -> {
            out.append(PythonText.text(value.value(scope)));
            return TemplateBlock.End.DONE;
        };
    }

    private TemplateBlock with() {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (cursor.now().kind() != Kind.BLOCK_END) {
            String name = cursor.expectName();
            targets.add((value, scope) -> scope.set(name, value));
            cursor.expectOperator("=");
            values.add(expressions.expression());
            if (cursor.now().kind() != Kind.BLOCK_END) {
                cursor.expectOperator(",");
            }
        }
        close();
        TemplateBlock body = bodyTo("endwith");
        return (scope, out) -> {
            Scope inside = scope.inner();
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).set(values.get(i).value(scope), inside);
            }
            return body.write(inside, out);
        };
    }

    /** What the model is to write, for those who train it. */
    private TemplateBlock generation() {
        close();
        TemplateBlock body = bodyTo("endgeneration");
        return (scope, out) -> body.write(scope.inner(), out);
    }
}
