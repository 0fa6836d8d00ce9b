/**
 * The part of the template language Jinja that chat templates are written in, with Python's meaning of every expression: what
 * a template gives has to be, character by character, what it gave when the model was trained.
 *
 * <pre>
 *   JinjaTemplate → Lexer → TemplateParser, ExpressionParser, OperandParser → TemplateBlock, Expression     parsing
 *   TemplateBlock, Expression → Scope, Loop, Macro                                                          rendering
 * </pre>
 *
 * Uses {@code .filter} (what templates call by name) and {@code .value} (values and operators). Templates reach nothing else, no
 * Java object and no file, and change no value that they were given. Start with {@link
 * io.deltarule.models.chat.jinja.JinjaTemplate}.
 *
 * <p>Source: the language's documentation and how Hugging Face sets it up (trim_blocks, lstrip_blocks, loop controls, {@code
 * tojson}, {@code raise_exception}, {@code strftime_now}, {@code generation}). Why none of the libraries: docs/notes/chat.md.
 */
package io.deltarule.models.chat.jinja;
