package io.deltarule.emulator;

import io.deltarule.emulator.check.ElementGuard;
import io.deltarule.emulator.grid.DeviceLimits;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * A host array's copy in the memory of the device. It starts as garbage, NaN or 0xDB bytes, so that what no kernel
 * wrote shows on the host too.
 */
final class DeviceArray {

    private static final AtomicLong IN_USE = new AtomicLong();

    private final HostArray host;
    private final ElementGuard guard;
    private final HostArray copy;
    private boolean onDevice;

    /** Whether a part was copied back since the last execution. */
    private boolean partCopied;

    private boolean freed;

    DeviceArray(HostArray host) {
        this.host = host;
        long inUse = IN_USE.addAndGet(bytes());
        if (inUse > DeviceLimits.DEVICE_MEMORY_BYTES) {
            IN_USE.addAndGet(-bytes());
            throw new TornadoOutOfMemoryException("device memory: " + inUse + " bytes with this array of " + bytes()
                    + "; the device has " + DeviceLimits.DEVICE_MEMORY_BYTES + " (-Ddeltarule.emulator.memory)");
        }
        guard = new ElementGuard(host.size(), host.array().getClass().getSimpleName());
        copy = host.deviceCopy(guard);
        copy.elements().fill((byte) (host.floating() ? 0xFF : 0xDB));
    }

    ElementGuard guard() {
        return guard;
    }

    /** The array that kernels are given. */
    Object copy() {
        return copy.array();
    }

    long bytes() {
        return host.bytes();
    }

    /** Whether the host's elements were ever copied here. */
    boolean transferred() {
        return onDevice;
    }

    long copyFromHost() {
        copy.elements().copyFrom(host.elements());
        guard.transferred();
        onDevice = true;
        return bytes();
    }

    /** Gives the memory back; graphs that share the array have it no more. */
    void free() {
        if (!freed) {
            freed = true;
            IN_USE.addAndGet(-bytes());
        }
    }

    boolean isFreed() {
        return freed;
    }

    void startExecution() {
        partCopied = false;
    }

    /**
     * Copies all elements back.
     *
     * @throws TornadoRuntimeException after a copy of a part: until the next execution TornadoVM 5.2.0 then copies only
     *     as many bytes as that part had
     */
    long copyAllToHost() {
        if (partCopied) {
            throw new TornadoRuntimeException("transferToHost of a whole array of " + host.size()
                    + " elements after that of a DataRange: TornadoVM would copy only as much as the range had;"
                    + " use a DataRange of the whole array");
        }
        host.elements().copyFrom(copy.elements());
        return bytes();
    }

    void copyPartToHost(long fromByte, long bytes) {
        partCopied = true;
        MemorySegment.copy(copy.elements(), fromByte, host.elements(), fromByte, bytes);
    }
}
