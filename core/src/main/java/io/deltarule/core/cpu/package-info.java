/**
 * The CPU engine and its four plans.
 *
 * <pre>
 *   CpuEngine → CpuPlan            an operation forward      ┐
 *               CpuGradientPlan    an operation backward     ├→ cpu.delta   the recurrence and its chunkwise form
 *               CpuLayerPlan       a program's operations ───┴→ cpu.op      one step per operation
 *                                                                 both on cpu.product: matrix products, and
 *                                                                 cpu.math: matrices, OpenBLAS, threads
 *               CpuTrainingPlan    a program both ways: cpu.op forward, cpu.backward back, cpu.loss its last operation
 * </pre>
 */
package io.deltarule.core.cpu;
