/**
 * Models' folders written as GGUF files, their matrices in a smaller type: names, orders and metadata as llama.cpp has them.
 *
 * <pre>
 *   GgufExport            a folder's programs and weights → tensors of rows, metadata → a file
 *   QwenRows              value heads tiled, fused projections taken apart
 *   LatentRows            a projection to keys and values taken apart
 *   GgufKeys, GgufTokens  what config.json and tokenizer.json are as metadata
 *   RowEncoder            rows of float32 → blocks
 * </pre>
 *
 * Start with {@link io.deltarule.models.format.convert.GgufExport}.
 */
package io.deltarule.models.format.convert;
