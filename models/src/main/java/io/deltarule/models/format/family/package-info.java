/**
 * Published formats, one class per family: a {@code config.json} becomes blocks and programs, or is refused in words.
 *
 * <p>Uses the layers of {@code io.deltarule.models}, {@code config} and {@code names}; reads no tensor. Start with
 * {@link io.deltarule.models.format.family.ModelFormat}, then read one, for example {@code OlmoHybridFormat}.
 */
package io.deltarule.models.format.family;
