/**
 * Gradients of whole programs, as training needs them: what a {@link io.deltarule.core.layer.LayerProgram} computed is gone
 * through backward, every operation adding to the gradients of the slots and weights that it read.
 *
 * <p>A {@link io.deltarule.core.training.ParameterArena} holds the weights that are trained, and another one of the same {@link
 * io.deltarule.core.training.ParameterLayout} their gradients. A {@link io.deltarule.core.training.TrainingEngine} makes a {@link
 * io.deltarule.core.training.TrainingPlan} from a {@link io.deltarule.core.training.TrainingSpec}. Start at the plan. The
 * equations are in docs/math/layers.md. Uses the root package and the layers.
 */
package io.deltarule.core.training;
