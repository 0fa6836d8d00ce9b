/**
 * Which workloads are measured, how large they are, in which order, and beside what. Uses every other room but report.
 * Start reading at Suite, or at SingleRun for one operation that was asked for.
 *
 * <pre>
 *   Suite → CpuRows, DeviceRows, PeerComparison (one per kind of device)
 *             SuiteSizes (how large) → SuiteWorkloads (which workloads)
 *             WorkloadGroup (prepares, verifies, times in turn) → SuiteRecorder (collects the measurements)
 *           ProcessorProbe, DeviceProbe (the most that a device does)
 * </pre>
 */
package io.deltarule.bench.suite;
