/**
 * Tokenizers' files. From ids back to text while the ids come: what a {@code tokenizer.json} says its pieces are, and its decoder as steps that
 * take a piece at a time.
 *
 * <pre>
 *   TokenPieces       id → piece, as the file stores it ("▁word", "<0xE4>", "Ġword"); which of them are special
 *   DecoderSteps      the file's decoder → a chain of PieceSink (ReplaceStep, ByteFallbackStep, ByteLevelStep, …)
 *   PieceStream       ids into the chain, and whatever text is certain out of it
 *   Utf8Parts         bytes to text, an incomplete character held back
 *   TokensAround      what tokenizer_config.json wants around a text, where it says so
 *   TokenLookup       one token's id, nothing else kept
 *   ByteVocabulary    tokens that are bytes, to ids and back:
 *   Tiktoken            Kimi's tiktoken.model (BytePairs)
 *   RwkvVocabulary      RWKV's World vocabulary (ByteTrie, PythonLiteral)
 * </pre>
 *
 * Hugging Face's library decodes all ids at once only. What these steps hand out, put together, is what it gives for all of
 * them: {@code DecoderKindsTest} compares the two. Uses no other room; {@code io.deltarule.models.inference} does. Start with
 * {@link io.deltarule.models.tokenizer.PieceStream}.
 */
package io.deltarule.models.tokenizer;
