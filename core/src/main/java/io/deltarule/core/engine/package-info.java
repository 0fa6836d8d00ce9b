/**
 * What engines are built of: plans that check their arguments, refuse use by two threads at once and count positions, so
 * that an engine only computes. Uses the root package and {@code core.layer}; applications need nothing of it. Start at
 * {@link io.deltarule.core.engine.AbstractDeltaPlan}.
 */
package io.deltarule.core.engine;
