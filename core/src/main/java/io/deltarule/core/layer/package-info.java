/**
 * Layers as lists of operations over named slots: written once, run by every engine.
 *
 * <p>A slot holds one row per token, packed over all sequences: [tokens, width]. A {@link
 * io.deltarule.core.layer.LayerProgram} is a list of {@link io.deltarule.core.layer.LayerOp}s that read slots and write
 * others; what must be remembered from run to run (convolution tails, delta states, keys and values, angles) belongs to the
 * operation that needs it, one per sequence, so that a prefill of T tokens, T decoding steps and any split in between
 * give the same numbers.
 *
 * <p>A {@link io.deltarule.core.layer.LayerEngine} makes a {@link io.deltarule.core.layer.LayerPlan} from a {@link
 * io.deltarule.core.layer.LayerSpec}: a program, its weights and how much it must hold.
 *
 * <p>Start at {@link io.deltarule.core.layer.LayerOp}, whose kinds hold the operations: {@link
 * io.deltarule.core.layer.MatrixOp}, {@link io.deltarule.core.layer.NormOp}, {@link
 * io.deltarule.core.layer.ElementwiseOp}, {@link io.deltarule.core.layer.ChannelOp}, {@link
 * io.deltarule.core.layer.PositionOp} and {@link io.deltarule.core.layer.SequenceOp}. Uses the root package and nothing
 * else.
 */
package io.deltarule.core.layer;
