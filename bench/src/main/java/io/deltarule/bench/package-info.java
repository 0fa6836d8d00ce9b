/**
 * Benchmarks of the engines, as a library: the command line calls it, and it knows no command. This package holds only
 * this map; every class is in one of the rooms below, and each room may use those above it in this list.
 *
 * <pre>
 *   timing         how long something takes, interleaved with what it is compared with
 *   workload       one thing to measure, its inputs, and the arithmetic and memory traffic that it cannot do without
 *   verification   whether what a run computed is right, against the float64 reference
 *   prepared       a workload with its inputs and its plan, ready to be verified and run
 *   result         what one benchmark run found
 *   suite          which workloads are measured, in which order and beside what; start reading at Suite
 *   document       a run as a results file
 *   report         results files read, and made into tables, pages and pictures
 * </pre>
 *
 * <p>A row of the results comes about like this: SuiteWorkloads (or the user's options) make a Workload; WorkloadGroup prepares
 * it, has it verified, and times it with InterleavedTimer; a Measurement holds what came of it; ResultsDocument writes it.
 * Nothing is timed that has not just been verified. What is counted stands in docs/benchmarks.md.
 */
package io.deltarule.bench;
