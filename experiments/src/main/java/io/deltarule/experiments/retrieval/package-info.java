/**
 * What the selective read retrieves and the linear read does not, and the reverse: the experiment of
 * docs/math/deltalens.md.
 *
 * <pre>
 *   Experiment (curves over Settings) → Associations (one seed's tags, payloads, cues, keys) → Recall (engine, scores)
 * </pre>
 *
 * Nothing here is trained: what a model would have to learn is given by construction.
 */
package io.deltarule.experiments.retrieval;
