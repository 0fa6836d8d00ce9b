package io.deltarule.emulator.check;

import java.lang.reflect.Array;
import java.util.Objects;

/**
 * What a rewritten kernel calls instead of touching a Java array, and before it calls TornadoVM's API: see
 * {@code KernelRewriter}. Public because kernels live in other packages; not for use in source code.
 */
public final class Checks {

    private Checks() {}

    /** The running work-item is at this place. */
    public static void at(int site) {
        Turn.site = site;
    }

    /** The kernel made an array of its own. */
    public static void made(Object array, int site) {
        if (Turn.running != null) {
            Turn.running.declarePrivate(array, Array.getLength(array), site);
        }
    }

    public static float load(float[] array, int index, int site) {
        beforeLoad(array, array.length, index, site);
        return array[index];
    }

    public static void store(float[] array, int index, float value, int site) {
        beforeStore(array, array.length, index, site);
        array[index] = value;
    }

    public static double load(double[] array, int index, int site) {
        beforeLoad(array, array.length, index, site);
        return array[index];
    }

    public static void store(double[] array, int index, double value, int site) {
        beforeStore(array, array.length, index, site);
        array[index] = value;
    }

    public static int load(int[] array, int index, int site) {
        beforeLoad(array, array.length, index, site);
        return array[index];
    }

    public static void store(int[] array, int index, int value, int site) {
        beforeStore(array, array.length, index, site);
        array[index] = value;
    }

    public static long load(long[] array, int index, int site) {
        beforeLoad(array, array.length, index, site);
        return array[index];
    }

    public static void store(long[] array, int index, long value, int site) {
        beforeStore(array, array.length, index, site);
        array[index] = value;
    }

    public static short load(short[] array, int index, int site) {
        beforeLoad(array, array.length, index, site);
        return array[index];
    }

    public static void store(short[] array, int index, short value, int site) {
        beforeStore(array, array.length, index, site);
        array[index] = value;
    }

    public static char load(char[] array, int index, int site) {
        beforeLoad(array, array.length, index, site);
        return array[index];
    }

    public static void store(char[] array, int index, char value, int site) {
        beforeStore(array, array.length, index, site);
        array[index] = value;
    }

    /** One instruction loads from byte and boolean arrays alike. */
    public static byte load(Object array, int index, int site) {
        beforeLoad(array, Array.getLength(array), index, site);
        return array instanceof boolean[] flags ? (byte) (flags[index] ? 1 : 0) : ((byte[]) array)[index];
    }

    public static void store(Object array, int index, byte value, int site) {
        beforeStore(array, Array.getLength(array), index, site);
        if (array instanceof boolean[] flags) {
            flags[index] = (value & 1) != 0;
        } else {
            ((byte[]) array)[index] = value;
        }
    }

    private static void beforeLoad(Object array, int length, int index, int site) {
        RunningWorkItem item = Turn.running;
        if (item != null) {
            Turn.site = site;
            CheckedArray checked = item.find(array, site);
            if (checked == null) {
                Objects.checkIndex(index, length); // no kernel made it: a constant table
            } else {
                checked.beforeRead(index, item, site);
            }
        }
    }

    private static void beforeStore(Object array, int length, int index, int site) {
        RunningWorkItem item = Turn.running;
        if (item != null) {
            Turn.site = site;
            CheckedArray checked = item.find(array, site);
            if (checked == null) {
                Objects.checkIndex(index, length); // no kernel made it: a constant table
            } else {
                checked.beforeWrite(index, item, site);
            }
        }
    }
}
