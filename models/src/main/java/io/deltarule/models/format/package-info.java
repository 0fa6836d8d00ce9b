/**
 * The formats of published models: each turns a {@code config.json} into operations, and says where in the files the
 * weights of these lie.
 *
 * <pre>
 *   config.json → ModelFormat → ModelPrograms (programs, canonical names of weights)
 *   tensors on disk → TensorNames (canonical name → WeightSource) → WeightBinder → Weights, in place wherever that is possible
 * </pre>
 *
 * docs/models.md lists keys, tensors and what is refused.
 */
package io.deltarule.models.format;
