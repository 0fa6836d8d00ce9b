/**
 * Reading a {@code config.json} of unknown origin: every value is checked for its type and range, and a refusal names file,
 * key, what was expected and what was found.
 *
 * <p>Knows JSON, and of models only what several formats' configs have in common (sizes, kinds of layers, rotary embedding);
 * no single format, no tensors. Start with {@link io.deltarule.models.format.config.ConfigObject}.
 */
package io.deltarule.models.format.config;
