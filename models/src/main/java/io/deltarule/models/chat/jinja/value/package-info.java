/**
 * Values of templates and what Python does with them: operators, attributes, methods, printed forms. Uses nothing of its
 * neighbours.
 *
 * <p>null is None; Boolean; Long and BigInteger are int; Double; String; List ({@link
 * io.deltarule.models.chat.jinja.value.Tuple} for tuples); Map with its order; {@link
 * io.deltarule.models.chat.jinja.value.Undefined}; {@link io.deltarule.models.chat.jinja.value.Callable}. Start with {@link
 * io.deltarule.models.chat.jinja.value.PythonText}.
 */
package io.deltarule.models.chat.jinja.value;
