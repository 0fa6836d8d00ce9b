/**
 * Claims about what models learn, each trained here from random numbers: what states can track, and how well text is
 * predicted. Uses module training.
 *
 * <pre>
 *   Parity, Permutations (experiments) → TrackingRun (Contenders on one task, tested at longer lengths)
 *   Language (experiment)              → Contenders of equal size on one text
 *     → Contender (a model's config) trained by a Trainer
 * </pre>
 *
 * <p>Start reading at Parity.
 */
package io.deltarule.experiments.learned;
