/**
 * Running language models: {@link io.deltarule.models.inference.LanguageModel} makes
 * {@link io.deltarule.models.inference.Session}s, which carry the state, and
 * {@link io.deltarule.models.inference.Decoder} goes on with their texts.
 */
package io.deltarule.models.inference;
