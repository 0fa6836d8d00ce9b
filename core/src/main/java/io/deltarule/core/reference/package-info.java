/**
 * The reference engine in float64, slow on purpose: the oracle that every fast path is checked against. The delta rule's
 * equations are in {@code core.reference.delta}, one small class per variant; those of layers' other operations in
 * {@code core.reference.op}, and backward in {@code core.reference.backward}. Here are the engine and its plans for layers
 * and for training, which run them.
 */
package io.deltarule.core.reference;
