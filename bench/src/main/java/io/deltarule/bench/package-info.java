/**
 * Benchmarks of the engines.
 *
 * <pre>
 *   Suite | one Workload → Prepared (inputs, plan) → Verification (float64, head by head) → Sampler (interleaved)
 *                        → Measurement (WorkCount, Timing) → BenchReport
 * </pre>
 *
 * Nothing is timed that has not just been verified. What is counted stands in docs/benchmarks.md.
 */
package io.deltarule.bench;
