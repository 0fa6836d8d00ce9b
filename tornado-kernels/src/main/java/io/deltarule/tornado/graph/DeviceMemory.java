package io.deltarule.tornado.graph;

import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Storage;
import io.deltarule.tornado.stored.NumberFormat;
import io.deltarule.tornado.stored.StoredArrays;
import java.util.Locale;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * A plan's arrays, or first only the count of their bytes, so that what the device cannot hold is refused before
 * anything is allocated. Every device array has a host twin of the same size: TornadoVM knows no other.
 */
public final class DeviceMemory {
    private static final String CURE = "; run fewer tokens at a time with a plan that keeps its state";

    private final DeviceHandle device;
    private final boolean countOnly;
    private final Storage storage;
    private long used;

    private DeviceMemory(DeviceHandle device, Storage storage, boolean countOnly) {
        this.device = device;
        this.storage = storage;
        this.countOnly = countOnly;
    }

    /** Checks sizes and hands out stand-ins of one value. */
    public static DeviceMemory counting(DeviceHandle device) {
        return counting(device, Storage.FLOAT32);
    }

    /** The same with numbers of tensors kept in another way. */
    public static DeviceMemory counting(DeviceHandle device, Storage storage) {
        return new DeviceMemory(device, storage, true);
    }

    /** Allocates. */
    public static DeviceMemory of(DeviceHandle device) {
        return of(device, Storage.FLOAT32);
    }

    /** The same with numbers of tensors kept in another way. */
    public static DeviceMemory of(DeviceHandle device, Storage storage) {
        return new DeviceMemory(device, storage, false);
    }

    /** Compute units of the device. */
    public int units() {
        return device.units();
    }

    /** Bytes of all that was asked for so far. */
    public long used() {
        return used;
    }

    /** Whether the arrays that it hands out are stand-ins. */
    public boolean countsOnly() {
        return countOnly;
    }

    /**
     * An array of rows × heads × channels values, at least one; not initialised.
     *
     * @throws InvalidInputException if that is more than an array index can reach or the device can hold
     */
    public FloatArray floats(String name, long rows, long heads, long channels) {
        return new FloatArray(count(name, Float.BYTES, rows, heads, channels));
    }

    /** The same of numbers that are kept as the plan keeps tensors; one of 16-bit numbers is what {@linkplain StoredArrays stands for it}. */
    public FloatArray numbers(String name, long rows, long heads, long channels) {
        int size = count(name, storage.bytes(), rows, heads, channels);
        return storage == Storage.FLOAT32 ? new FloatArray(size) : StoredArrays.of(size, format(storage));
    }

    /** How kernels of the device read and write numbers of 16 bits. */
    public NumberFormat format(Storage sixteen) {
        return NumberFormat.of(sixteen, device.device().backend());
    }

    /** In what numbers tensors are kept. */
    public Storage storage() {
        return storage;
    }

    /** The same for one of an operation's tensors: so many tokens of its axes. */
    public FloatArray numbers(String name, long tokens, Input.Axes axes) {
        return numbers(name, tokens * axes.rows(), axes.heads(), axes.channels());
    }

    /** Of float32 numbers for one of an operation's tensors: so many tokens of its axes. */
    public FloatArray floats(String name, long tokens, Input.Axes axes) {
        return floats(name, tokens * axes.rows(), axes.heads(), axes.channels());
    }

    /** An array of 32-bit integers. */
    public IntArray ints(String name, long rows, long heads, long channels) {
        return new IntArray(count(name, Integer.BYTES, rows, heads, channels));
    }

    /** The same of 64-bit integers. */
    public LongArray longs(String name, long rows, long heads, long channels) {
        return new LongArray(count(name, Long.BYTES, rows, heads, channels));
    }

    private int count(String name, int each, long rows, long heads, long channels) {
        long size = Math.max(1, rows * heads * channels);
        String what = name + " [" + rows + ", " + heads + ", " + channels + "]";
        if (size > Integer.MAX_VALUE - 64) {
            throw new InvalidInputException(
                    what + ": expected at most 2^31 values in one array of a TornadoVM device" + CURE);
        }
        long bytes = size * each;
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
        return countOnly ? 1 : (int) size;
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
