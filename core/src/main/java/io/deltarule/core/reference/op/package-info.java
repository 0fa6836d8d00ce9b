/**
 * The oracles of a layer's other operations in float64, written from the equations of
 * {@link io.deltarule.core.layer.LayerOp}. Start at {@link io.deltarule.core.reference.op.LayerStep}.
 */
package io.deltarule.core.reference.op;
