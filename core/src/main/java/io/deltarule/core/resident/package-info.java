/**
 * Operations whose tensors stay where the engine computes: filled and read only when asked, so that a run moves nothing else between
 * host and device.
 *
 * <p>A {@link io.deltarule.core.resident.ResidentEngine} makes a {@link io.deltarule.core.resident.ResidentPlan} of a {@link
 * io.deltarule.core.resident.ResidentSpec}: one operation or a chain of them, forward, or forward and backward. Its tensors are {@link
 * io.deltarule.core.resident.DeviceTensor}s. On engines that compute in the host's memory they are the caller's own tensors, and nothing
 * is copied. Uses the root package and nothing else.
 */
package io.deltarule.core.resident;
