/**
 * Published claims, repeated at a small size: what every experiment has in common.
 *
 * <pre>
 *   Experiment (a name, the published Claim)  run under Conditions (engine, seeds)
 *     → ExperimentResult of ResultPanels of ResultCurves of ResultPoints, every seed's Sample in each
 *     → ResultFigure (the panels as one figure of module charts)
 * </pre>
 *
 * <p>The experiments themselves: {@code retrieval}, {@code state} (laws of one state, nothing trained), {@code speed}.
 * Start reading at Experiment.
 */
package io.deltarule.experiments;
