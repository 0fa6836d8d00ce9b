/**
 * The engine that runs on TornadoVM's devices, or on the emulator: engine, devices and plans.
 *
 * <p>Start with {@link io.deltarule.tornado.TornadoEngine}, which makes plans.
 *
 * <pre>
 *   TornadoPlan             an operation          launches of delta
 *   TornadoGradientPlan     its backward pass     launches of delta.backward
 *   TornadoLayerPlan        a program             launches of op; LayerStages and ProgramCutter where one graph is not enough
 *   TornadoTrainingPlan     a program's training  launches of op, op.backward and op.update: TrainingGraphs
 *   TornadoWork             a device's ceilings   CeilingKernels
 * </pre>
 *
 * Each of them is launches and arrays that a {@code graph.GraphPlan} executes. {@code TornadoSetup} finds out which TornadoVM there is,
 * {@code TornadoDevices} what it reaches.
 *
 * <p>The rooms below: {@code quirks} ← {@code graph} ← {@code delta} ← {@code delta.backward}; {@code delta} ← {@code op} ←
 * {@code op.backward}, which also builds on {@code delta.backward}; {@code graph} ← {@code op.update}. They
 * know nothing of this package.
 */
package io.deltarule.tornado;
