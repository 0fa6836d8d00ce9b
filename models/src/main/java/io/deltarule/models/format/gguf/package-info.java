/**
 * What a GGUF file says besides its tensors, as a published folder would say it: {@code config.json} of the metadata's sizes,
 * {@code tokenizer.json} and {@code tokenizer_config.json} of its tokens and chat template.
 *
 * <p>Uses the loader and the {@code config} room; knows no format's programs. Start with {@link
 * io.deltarule.models.format.gguf.GgufModel}.
 */
package io.deltarule.models.format.gguf;
