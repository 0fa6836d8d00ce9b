/**
 * The oracles of the delta rule in float64: one small class per variant, written from its paper, token by token; the
 * chunkwise form and both forms of the backward pass, written from docs/math. Start at
 * {@link io.deltarule.core.reference.delta.DeltaReference}.
 */
package io.deltarule.core.reference.delta;
