/**
 * Float64 references, token by token and slow on purpose: the oracle that every fast path is checked against.
 *
 * <p>One small class per variant, each written from its paper rather than from the common recurrence, so that a mistake
 * in the common form cannot hide in its own reference.
 */
package io.deltarule.core.reference;
