package io.deltarule.core.measure;

import io.deltarule.core.Tensor;

/**
 * Work on a device that no operation is in the way of, to be measured beside plans: see {@link CeilingEngine}. It owns its
 * buffers and is closed; one thread uses it. Where it is {@link Profiled} too, it says how long its kernel took.
 */
public interface DeviceWork extends AutoCloseable {
    /** Does it once. */
    void run();

    /**
     * Copies out what the last run left.
     *
     * @param result of the result's shape, overwritten
     */
    void read(Tensor result);

    /** Frees the buffers; further calls do nothing. */
    @Override
    void close();
}
