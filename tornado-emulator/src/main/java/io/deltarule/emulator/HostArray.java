package io.deltarule.emulator;

import io.deltarule.emulator.check.ElementGuard;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/**
 * An array of the API as the emulator sees it. The API's array classes have TornadoVM's public methods and no others, and
 * the emulator knows none of these classes, so they register how they are looked into when they are initialised.
 */
public abstract class HostArray {

    private static volatile Function<Object, HostArray> registered;

    /** Takes what makes the view of an array, and null of any other object. */
    public static void register(Function<Object, HostArray> views) {
        registered = views;
    }

    /** The view of an array, or null where the object is none. */
    static HostArray of(Object object) {
        Function<Object, HostArray> views = registered; // null before there is any array
        return views == null ? null : views.apply(object);
    }

    /** The array itself. */
    protected abstract Object array();

    /** The number of elements. */
    protected abstract int size();

    /** The elements, without the header, and whether or not a guard stands before them. */
    protected abstract MemorySegment elements();

    /** Whether elements are floating-point numbers. */
    protected abstract boolean floating();

    /** Another array of the same class and size whose accesses {@code guard} sees. */
    protected abstract HostArray deviceCopy(ElementGuard guard);

    /** Bytes of all elements. */
    final long bytes() {
        return elements().byteSize();
    }
}
