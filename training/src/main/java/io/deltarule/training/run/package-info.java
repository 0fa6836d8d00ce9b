/**
 * A training run in a folder: it can be interrupted at any moment and continued.
 *
 * <pre>
 *   RunConfig                    a file of keys → model, task, options
 *   TrainingRun                  the loop: steps, evaluations, checkpoints
 *     Checkpoint, RunState       a folder per checkpoint, whole or not there
 *     RunLog                     a line of JSON per step and per evaluation
 *     LossCurve                  the log as a picture
 * </pre>
 *
 * Uses {@code io.deltarule.training} and {@code task}. docs/training.md describes keys, log and checkpoints.
 */
package io.deltarule.training.run;
