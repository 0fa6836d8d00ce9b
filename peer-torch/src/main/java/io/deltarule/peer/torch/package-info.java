/**
 * The delta rule through PyTorch's tensor operations on the CPU, as code without kernels of its own computes it: a peer
 * for benchmarks, built only with {@code mvnw -Ppeers}.
 */
package io.deltarule.peer.torch;
