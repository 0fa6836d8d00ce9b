package io.deltarule.emulator;

import io.deltarule.emulator.check.ElementGuard;

import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * How the emulator makes and fills device copies of arrays. The array classes register it when they are initialised;
 * they have TornadoVM's public methods and no others, so the way in cannot be one of theirs.
 */
public abstract class ArrayBridge {

    private static volatile ArrayBridge registered;

    public static void register(ArrayBridge bridge) {
        registered = bridge;
    }

    /** An array of the host array's class and size whose accesses {@code guard} sees. */
    static TornadoNativeArray deviceArray(TornadoNativeArray host, ElementGuard guard) {
        return registered.copyLike(host, guard);
    }

    /** The elements, whether or not a guard stands before them. */
    static MemorySegment elements(TornadoNativeArray array) {
        return registered.elementsOf(array);
    }

    protected abstract TornadoNativeArray copyLike(TornadoNativeArray host, ElementGuard guard);

    protected abstract MemorySegment elementsOf(TornadoNativeArray array);
}
