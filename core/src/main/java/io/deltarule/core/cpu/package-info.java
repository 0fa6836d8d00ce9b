/**
 * The CPU engine.
 *
 * <pre>
 *   CpuEngine → CpuPlan → WorkerPool → one HeadWorker per thread
 *                                        RecurrentWorker      token by token
 *                                        ScalarChunkWorker    chunks, no decay or one per head
 *                                        ChannelChunkWorker   chunks, a decay per key channel
 *   RowView copies callers' rows to and from Matrix scratch; OpenBlas multiplies and solves there;
 *   Rows and Lanes do what is element-wise.
 * </pre>
 */
package io.deltarule.core.cpu;
