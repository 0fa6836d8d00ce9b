/**
 * Softmax cross-entropy of a model's head on the processor, in pieces of the tokens and of the classes. Uses {@code core.cpu.op}.
 * Start at {@link io.deltarule.core.cpu.loss.CrossEntropyStep}.
 */
package io.deltarule.core.cpu.loss;
