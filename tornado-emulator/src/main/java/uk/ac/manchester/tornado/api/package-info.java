/**
 * TornadoVM's API under its own names: task graphs, execution plans, grids and kernels' contexts. On a TornadoVM SDK its own
 * classes take the place of these; {@code SignatureTest} keeps their signatures equal. The work is done in {@code
 * io.deltarule.emulator}. As in TornadoVM, this package, {@code common} and {@code runtime} know each other. Start with
 * {@link uk.ac.manchester.tornado.api.TaskGraph} and {@link uk.ac.manchester.tornado.api.TornadoExecutionPlan}.
 */
package uk.ac.manchester.tornado.api;
