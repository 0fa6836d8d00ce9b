package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.op.SlotBuffer;

/**
 * Where the gradient of a slot goes that an operation read. Null stands for one that nobody wants.
 *
 * @param buffer a row per token
 * @param add whether it is added to what is there, since other operations have read the slot too, or overwrites it
 */
public record Gradient(SlotBuffer buffer, boolean add) {}
