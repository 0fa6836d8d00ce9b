package io.deltarule.core.cpu.backward;

/**
 * Where a weight's gradient lies among those of all that are trained. Null stands for a weight that is not.
 *
 * @param at byte offset of its first number
 */
public record WeightGradient(long at) {}
