/**
 * Tasks that models of this family are known to do or to fail at, and text. Each is a {@link io.deltarule.training.TrainingTask}
 * and needs nothing but its constructor's numbers; {@link io.deltarule.training.task.SequenceTask} is what all but text share.
 */
package io.deltarule.training.task;
