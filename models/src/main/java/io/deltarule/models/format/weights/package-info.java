/**
 * Where a model's weights lie in its files: what each format calls them, and finding them all or saying what is wrong.
 *
 * <pre>
 *   TensorNames (names.FlaNames, …)        name in a program → WeightSource: rows of tensors, or a product of two
 *   WeightBinder                           WeightSource + SafetensorsFolder → Weights
 * </pre>
 *
 * Uses the loader and the {@code config} room; knows no format's programs. Start with {@link
 * io.deltarule.models.format.weights.TensorNames}, then {@link io.deltarule.models.format.weights.WeightBinder}.
 */
package io.deltarule.models.format.weights;
