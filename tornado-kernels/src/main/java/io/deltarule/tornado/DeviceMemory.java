package io.deltarule.tornado;

import io.deltarule.core.InvalidInputException;
import java.util.Locale;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Allocates a plan's arrays and refuses, before anything is allocated on the device, what it cannot hold. Every device
 * array has a host twin of the same size: TornadoVM knows no other.
 */
final class DeviceMemory {
    private static final String CURE = "; run fewer tokens at a time with a plan that keeps its state";

    private final DeviceHandle device;
    private long used;

    DeviceMemory(DeviceHandle device) {
        this.device = device;
    }

    /**
     * An array of rows × heads × channels values, at least one; not initialised.
     *
     * @throws InvalidInputException if that is more than an array index can reach or the device can hold
     */
    FloatArray floats(String name, long rows, long heads, long channels) {
        long size = Math.max(1, rows * heads * channels);
        String what = name + " [" + rows + ", " + heads + ", " + channels + "]";
        if (size > Integer.MAX_VALUE - 64) {
            throw new InvalidInputException(
                    what + ": expected at most 2^31 values in one array of a TornadoVM device" + CURE);
        }
        long bytes = size * Float.BYTES;
        used += bytes;
        long most = device.target().getMaxAllocMemory();
        if (most > 0 && bytes >= most) {
            throw new InvalidInputException(what + ": device " + device.device().id() + " takes arrays of at most "
                    + gigabytes(most) + " but this one has " + gigabytes(bytes) + CURE);
        }
        long all = device.device().memoryBytes();
        if (all > 0 && used > all) {
            throw new InvalidInputException("plan: device " + device.device().id() + " has " + gigabytes(all)
                    + " but the plan needs more than " + gigabytes(used) + CURE);
        }
        return new FloatArray((int) size);
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
