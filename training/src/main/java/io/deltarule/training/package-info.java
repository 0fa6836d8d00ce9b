/**
 * Training. Read in this order, it is one sitting:
 *
 * <pre>
 *   TrainingTask, Batch             what is to be learned: tokens and labels
 *   Trainer                         one step: gradients of some batches, clipped, and the optimiser's update
 *   TrainingOptions, Schedule       how
 *   Optimizer, BlockwiseOptimizer   what another optimiser has to implement; AdamW is one
 *     ArenaPieces                   numbers in pieces, for threads
 *   Evaluation, Predictions         what a model makes of batches that it was not trained on
 * </pre>
 *
 * Tasks are in {@code task}; a run in a folder, with checkpoints, a log and a picture, is in {@code run}. Uses core's training
 * plans and {@code io.deltarule.models.training}. docs/training.md says how to add an optimiser or a task.
 */
package io.deltarule.training;
