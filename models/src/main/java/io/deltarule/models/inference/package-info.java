/**
 * Running language models: texts go on token by token, and everything that a sequence carries can be kept, saved, forked and
 * taken back.
 *
 * <pre>
 *   LanguageModel → Session (NetworkPlans: the two plans; TokenHistory; CheckpointRing)
 *   Session → Decoder (Sampler) → Completion          generation;   TextStream   its text as it comes;   Perplexity
 *   Session ⇄ ModelState (StateLayout) ⇄ StateFile    the state of one sequence, in memory and on disk
 *   Tokenizer (TokenizerJson, VocabularyTokenizer)    text to ids and back; TextStream by its Incremental
 * </pre>
 *
 * Uses {@code io.deltarule.models.format} to open folders, {@code io.deltarule.models.tokenizer} for text as it comes, the loader for state files and the core's engines; a {@link
 * io.deltarule.models.inference.Network} may come from elsewhere too. Start with {@link
 * io.deltarule.models.inference.LanguageModel#complete}.
 */
package io.deltarule.models.inference;
