/**
 * Operations of layers: their kernels, and the launches of each.
 *
 * <p>Start with {@link io.deltarule.tornado.op.LayerLaunches}, which says for each operation of a program what is launched; {@link
 * io.deltarule.tornado.op.DeltaLaunches} does for delta rules and {@link io.deltarule.tornado.op.ExpertLaunches} for experts.
 * {@link io.deltarule.tornado.op.LayerArrays} has a program's slots, weights and carried states on the device, {@link
 * io.deltarule.tornado.op.LayerRunTables} what launches learn of a run.
 *
 * <p>May use {@code delta}, {@code graph} and {@code quirks}; knows nothing of plans.
 */
package io.deltarule.tornado.op;
