package io.deltarule.emulator;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;

/**
 * The local memory of the running group. Arrays are kept from group to group of a launch, as on a device: what an
 * earlier group left in them counts as uninitialised.
 */
final class LocalMemory {

    private final String task;
    private final List<LocalArray> arrays = new ArrayList<>();
    private int bytes;

    LocalMemory(String task) {
        this.task = task;
    }

    /** One array, by the place in the kernel that allocates it. */
    record LocalArray(Object array, Class<?> element, int size, int site, AccessLog log) {

        @Override
        public String toString() {
            return "local " + element + " array of " + size + " (allocated at " + Sites.describe(site) + ")";
        }
    }

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
        if (size < 1) {
            throw Faults.here("local array of " + size + " elements");
        }
        Object array = Array.newInstance(element, size);
        long total = bytes + (long) size * elementBytes(element);
        if (total > Limits.LOCAL_MEMORY_BYTES) {
            throw Faults.here("local array of " + size + " " + element + " elements brings the group to " + total
                    + " bytes of local memory; the device of task " + task + " has " + Limits.LOCAL_MEMORY_BYTES
                    + " (-Ddeltarule.emulator.localMemory)");
        }
        bytes = (int) total;
        arrays.add(new LocalArray(array, element, size, site, new AccessLog(size, Turn.LOCAL)));
        return array;
    }

    /** The local array that this Java array is, or null. */
    LocalArray find(Object array) {
        for (int i = 0; i < arrays.size(); i++) {
            LocalArray local = arrays.get(i);
            if (local.array() == array) {
                return local;
            }
        }
        return null;
    }

    private static int elementBytes(Class<?> element) {
        if (element == byte.class) {
            return Byte.BYTES;
        }
        return element == long.class || element == double.class ? Long.BYTES : Integer.BYTES;
    }
}
