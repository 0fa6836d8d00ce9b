/**
 * What the selective read retrieves and the linear read does not, and the reverse: the experiment of
 * docs/math/deltalens.md. Uses core's operations.
 *
 * <pre>
 *   Retrieval (the experiment) → RetrievalExperiment (one seed's FigurePanels of ReadCurves over RetrievalSettings)
 *     → Associations (one seed's tags, payloads, cues, keys) → AssociationRecall (runs an engine, scores what it reads)
 * </pre>
 *
 * <p>Nothing here is trained: what a model would have to learn is given by construction. Start reading at Retrieval.
 */
package io.deltarule.experiments.retrieval;
