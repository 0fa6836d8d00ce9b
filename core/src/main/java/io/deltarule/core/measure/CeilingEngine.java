package io.deltarule.core.measure;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Tensor;

/**
 * An engine that lets its devices show the most that they do: what a copy and a matrix product reach, no plan's kernels
 * can pass. Results can be read back, since only what is right is worth timing.
 */
public interface CeilingEngine extends DeltaEngine {
    /**
     * y ← x within the device's own memory; x travels there once.
     *
     * @param device one of {@link #devices}
     * @param x any shape; the result has it too
     */
    DeviceWork copy(String device, Tensor x);

    /**
     * C ← A B in float32, tile by tile; A and B travel to the device once.
     *
     * @param device one of {@link #devices}
     * @param a [n, n]
     * @param b [n, n]
     */
    DeviceWork multiply(String device, Tensor a, Tensor b);

    /**
     * x to the device and a copy of it back, both in every run.
     *
     * @param device one of {@link #devices}
     * @param x any shape; the result has it too
     */
    DeviceWork transfer(String device, Tensor x);
}
