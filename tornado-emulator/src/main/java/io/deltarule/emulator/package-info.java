/**
 * TornadoVM's API executed on the JVM alone: what stands behind the classes of {@code uk.ac.manchester.tornado.api} in this
 * module. docs/emulator.md says what it reports and what it cannot see.
 *
 * <pre>
 *   TaskGraph, TornadoExecutionPlan (the API) → GraphDefinition → GraphExecutor      transfers, tasks one after the other
 *   GraphExecutor → rewrite   finds a kernel's method and rewrites its class
 *                 → launch    runs it over a grid, each work-item with a stack of its own
 *                 → check     what a rewritten kernel tells of every access; the reports of what is wrong
 *                 → matrix    what warps compute together of tiles in local memory
 *                 → grid      the grid's shape, work-items' places, their order, the device's limits
 * </pre>
 *
 * Arrows go from the API to here and downwards in that list. Of the API these packages use exceptions and constants only: its
 * arrays and contexts register how they are looked into ({@code HostArray}, {@code ContextBridge}). Start with {@link
 * io.deltarule.emulator.GraphExecutor#execute}.
 */
package io.deltarule.emulator;
