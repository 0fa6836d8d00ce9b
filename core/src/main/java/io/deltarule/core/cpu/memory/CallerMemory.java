package io.deltarule.core.cpu.memory;

import io.deltarule.core.Tensor;
import java.lang.foreign.MemorySegment;

/** A caller's tensors as every worker thread may see them. */
final class CallerMemory {
    private static final Thread ANOTHER_THREAD = Thread.ofPlatform().daemon().unstarted(() -> {});

    private CallerMemory() {}

    /**
     * The tensor's numbers, accessible by every thread. A confined arena's memory is opened to the workers for the time of
     * the run: its owner, the only thread that could close it, is the caller and waits.
     *
     * @throws WrongThreadException if the memory is confined to a thread that is not the caller
     */
    static MemorySegment shared(Tensor tensor) {
        MemorySegment data = tensor.data();
        if (!data.isNative() || data.isAccessibleBy(ANOTHER_THREAD)) {
            return data;
        }
        if (!data.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("a tensor " + tensor + " belongs to another thread's confined arena");
        }
        MemorySegment view = MemorySegment.ofAddress(data.address()).reinterpret(data.byteSize());
        return data.isReadOnly() ? view.asReadOnly() : view;
    }
}
