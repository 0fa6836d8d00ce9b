package io.deltarule.bench.result;

import io.deltarule.core.Device;

/**
 * A device of an engine, and whether it was measured.
 *
 * @param engine the engine's name
 * @param device what it runs on
 * @param skipped why it was not measured, else null
 * @param ceilings the most that it does; null where that was not measured
 */
public record DeviceStatus(String engine, Device device, String skipped, DeviceCeilings ceilings) {
    public static DeviceStatus measured(String engine, Device device, DeviceCeilings ceilings) {
        return new DeviceStatus(engine, device, null, ceilings);
    }

    public static DeviceStatus skipped(String engine, Device device, String why) {
        return new DeviceStatus(engine, device, why, null);
    }

    /** An engine that cannot run here at all. */
    public static DeviceStatus unavailable(String engine, String why) {
        return new DeviceStatus(engine, new Device("none", "none", "none", "none", 0, false), why, null);
    }
}
