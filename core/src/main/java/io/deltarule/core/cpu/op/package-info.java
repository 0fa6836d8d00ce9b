/**
 * The operations of layers on the processor, one {@link io.deltarule.core.cpu.op.LayerStep} each, over slots off-heap.
 * Uses {@code core.cpu.math}, and {@code core.cpu.delta} for the one operation that is the delta rule. Start at
 * {@link io.deltarule.core.cpu.op.LayerRun}, which shares a run out to threads.
 */
package io.deltarule.core.cpu.op;
