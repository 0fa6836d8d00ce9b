/**
 * Task graphs on a device, whatever their kernels compute.
 *
 * <p>Start with {@link io.deltarule.tornado.graph.GraphPlan}: it makes one graph of a list of {@link
 * io.deltarule.tornado.graph.Launch}es and executes it. A launch is a {@link io.deltarule.tornado.graph.KernelTask} under a name,
 * with the work cut for the run that a {@link io.deltarule.tornado.graph.RunTable} describes; {@link
 * io.deltarule.tornado.graph.GraphTransfers} says which arrays cross when, and {@link io.deltarule.tornado.graph.DeviceMemory}
 * allocates them.
 *
 * <p>May use core's public types and {@code quirks}; knows no delta rule, no layer and no plan of theirs.
 */
package io.deltarule.tornado.graph;
