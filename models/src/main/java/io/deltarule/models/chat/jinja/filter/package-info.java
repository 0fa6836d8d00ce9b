/**
 * What templates call by name: filters, tests, functions. Uses {@code .value}. Start with {@link
 * io.deltarule.models.chat.jinja.filter.Filters}, {@link io.deltarule.models.chat.jinja.filter.ValueChecks} and {@link
 * io.deltarule.models.chat.jinja.filter.Functions}.
 */
package io.deltarule.models.chat.jinja.filter;
