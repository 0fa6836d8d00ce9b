/**
 * Arithmetic that knows nothing of the delta rule: padded matrices and loops over their rows, rows off-heap, OpenBLAS's
 * products, the exponential, softmax, and the threads that share out work. Uses nothing else of this project but its
 * exceptions and tensors.
 */
package io.deltarule.core.cpu.math;
