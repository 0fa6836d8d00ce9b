package io.deltarule.emulator.check;

import io.deltarule.emulator.grid.DeviceLimits;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;

/**
 * The local memory of the running group. Arrays are kept from group to group of a launch, as on a device: what an
 * earlier group left in them counts as uninitialised.
 */
public final class LocalMemory {

    private final List<LocalArray> arrays = new ArrayList<>();
    private int bytes;

    /** The group's array for this place in the kernel; the first work-item that comes makes it. */
    Object allocate(Class<?> element, int size, int site) {
        for (LocalArray known : arrays) {
            if (known.site() == site) {
                if (known.size() != size) {
                    throw Faults.here("local array of " + size + " elements where another work-item allocated "
                            + known.size() + ": the size must be one constant for all");
                }
                return known.array();
            }
        }
        long total = bytes + (long) size * bytesOf(element);
        if (size < 1 || total > DeviceLimits.LOCAL_MEMORY_BYTES) {
            throw Faults.here("local array of " + size + " " + element + " elements beside " + bytes
                    + " bytes: a group has " + DeviceLimits.LOCAL_MEMORY_BYTES
                    + " bytes of local memory (-Ddeltarule.emulator.localMemory)");
        }
        bytes = (int) total;
        Object array = Array.newInstance(element, size);
        arrays.add(new LocalArray(array, element, size, site));
        return array;
    }

    /** The local array that this Java array is, or null. */
    LocalArray find(Object array) {
        for (int i = 0; i < arrays.size(); i++) {
            LocalArray local = arrays.get(i);
            if (local.is(array)) {
                return local;
            }
        }
        return null;
    }

    private static int bytesOf(Class<?> element) {
        if (element == byte.class) {
            return Byte.BYTES;
        }
        return element == long.class || element == double.class ? Long.BYTES : Integer.BYTES;
    }
}
