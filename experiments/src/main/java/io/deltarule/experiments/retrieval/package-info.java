/**
 * What the selective read retrieves and the linear read does not, and the reverse: the experiment of
 * docs/math/deltalens.md. Uses core's operations and charts.
 *
 * <pre>
 *   RetrievalExperiment (FigurePanels of ReadCurves over RetrievalSettings)
 *     → Associations (one seed's tags, payloads, cues, keys) → AssociationRecall (runs an engine, scores what it reads)
 *     → RetrievalFigure (the panels as one figure of module charts)
 * </pre>
 *
 * <p>Nothing here is trained: what a model would have to learn is given by construction. Start reading at RetrievalExperiment.
 */
package io.deltarule.experiments.retrieval;
