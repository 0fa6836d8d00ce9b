/**
 * One thing to measure: an operation, its backward pass, a layer or a model, on one engine and device; its seeded inputs
 * and weights; and the floating-point operations and bytes that a run of it cannot do without (the formulas stand in
 * docs/benchmarks.md). Uses core and models, and no other room of the benchmarks. Start reading at Workload.
 */
package io.deltarule.bench.workload;
