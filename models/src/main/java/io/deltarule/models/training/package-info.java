/**
 * What training needs to know of a model and no trainer should: where its blocks begin, what each weight is for, what numbers it
 * begins with.
 *
 * <pre>
 *   TrainableModel    a config's programs with a loss at the end; the weights' roles
 *   WeightRole        what an operation uses a weight for: whether it decays, and from where it begins
 *   InitialWeights    the numbers before the first step
 *   UnitRows          rows that keep length 1
 *   ModelWeights      the numbers: those that are trained in one arena, the rest in another
 * </pre>
 *
 * Uses {@code io.deltarule.models.format}. docs/training.md has the sources.
 */
package io.deltarule.models.training;
