package io.deltarule.tornado.stored;

import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Arrays of 16-bit numbers. Kernels name arrays of one type, {@link FloatArray}, and so does everything that launches them: one of these
 * is a {@link FloatArray} of a single number that stands for an array of 16-bit numbers, and whoever hands arrays to TornadoVM or looks
 * into their host sides asks here for the array itself.
 */
public final class StoredArrays {
    /** What a NaN's bits are in either format. */
    private static final short NAN = 0x7FFF;

    private static final Map<FloatArray, Stored> STAND_INS = Collections.synchronizedMap(new WeakHashMap<>());

    private StoredArrays() {}

    /** An array of 16-bit numbers. */
    private record Stored(ShortArray bits, NumberFormat format) {}

    /** What stands for a new array of so many numbers. */
    public static FloatArray of(int size, NumberFormat format) {
        FloatArray standIn = new FloatArray(1);
        STAND_INS.put(standIn, new Stored(new ShortArray(size), format));
        return standIn;
    }

    /** The array that kernels get: the given one, or the one that it stands for. */
    public static TornadoNativeArray real(TornadoNativeArray array) {
        Stored stored = find(array);
        return stored == null ? array : stored.bits();
    }

    /** How an array's numbers are read and written; null for one that stands for itself. */
    static NumberFormat format(Object array) {
        Stored stored = find(array);
        return stored == null ? null : stored.format();
    }

    private static Stored find(Object array) {
        return array instanceof FloatArray floats ? STAND_INS.get(floats) : null;
    }

    /**
     * The bits of a number that are the same in both formats.
     *
     * @param number 0 or NaN
     */
    public static short bits(float number) {
        if (number != 0 && !Float.isNaN(number)) {
            throw new IllegalArgumentException("16-bit numbers begin with 0 or NaN, not " + number);
        }
        return number == 0 ? 0 : NAN;
    }

    /** How many numbers an array has. */
    public static int size(FloatArray array) {
        return real(array).getSize();
    }

    /** In what numbers an array is kept. */
    public static Storage storage(FloatArray array) {
        Stored stored = find(array);
        return stored == null ? Storage.FLOAT32 : stored.format().storage();
    }

    /** Sets a number of an array's host side. */
    public static void set(FloatArray array, int index, float value) {
        Stored stored = find(array);
        if (stored == null) {
            array.set(index, value);
        } else {
            stored.bits().set(index, stored.format().storage().encode(value));
        }
    }

    /** Makes an array's host side NaN. */
    public static void poison(FloatArray array) {
        Stored stored = find(array);
        if (stored == null) {
            array.init(Float.NaN);
        } else {
            stored.bits().init(NAN);
        }
    }

    /** Copies numbers to an array's host side, rounded to what it keeps. */
    public static void copyIn(Tensor from, FloatArray to) {
        copyIn(from, 0, to, 0, from.size());
    }

    /** The same of some numbers. */
    public static void copyIn(Tensor from, long first, FloatArray to, long place, long numbers) {
        Stored stored = find(to);
        if (stored == null) {
            MemorySegment.copy(
                    from.data(), first * Float.BYTES, to.getSegment(), place * Float.BYTES, numbers * Float.BYTES);
            return;
        }
        Storage storage = stored.format().storage();
        MemorySegment bits = stored.bits().getSegment();
        for (long i = 0; i < numbers; i++) {
            bits.setAtIndex(ValueLayout.JAVA_SHORT, place + i, storage.encode(from.get(first + i)));
        }
    }

    /** Copies as much of an array's host side as the tensor holds. */
    public static void copyOut(FloatArray from, Tensor to) {
        Stored stored = find(from);
        if (stored == null) {
            MemorySegment.copy(from.getSegment(), 0, to.data(), 0, to.data().byteSize());
            return;
        }
        Storage storage = stored.format().storage();
        MemorySegment bits = stored.bits().getSegment();
        long size = to.size();
        for (long i = 0; i < size; i++) {
            to.set(i, storage.decode(bits.getAtIndex(ValueLayout.JAVA_SHORT, i)));
        }
    }
}
