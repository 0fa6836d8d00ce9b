/**
 * How long something takes: interleaved timing, quantiles, where the time of a run went, and what keeps operands out of the
 * cache between runs. Uses what core's engines say of their own runs (io.deltarule.core.measure), and no other room of the
 * benchmarks. Start reading at InterleavedTimer.
 */
package io.deltarule.bench.timing;
