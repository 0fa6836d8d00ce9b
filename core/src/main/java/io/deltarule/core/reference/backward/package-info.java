/**
 * How each operation of a layer goes backward in float64: from the gradients of the slots that it wrote to those of the slots and
 * weights that it read, and from those of the state that it left to those of the state that it found. Start at {@link
 * io.deltarule.core.reference.backward.BackwardEquations}; the derivations are in docs/math/layers.md. Uses the forward's
 * equations in {@code core.reference.op} and the delta rule's backward in {@code core.reference.delta}.
 */
package io.deltarule.core.reference.backward;
