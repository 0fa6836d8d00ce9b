/**
 * The gated delta rule as Hugging Face's transformers computes it on a processor, in the Python that is installed here: a
 * peer for benchmarks, built only with {@code mvnw -Ppeers}.
 */
package io.deltarule.peer.transformers;
