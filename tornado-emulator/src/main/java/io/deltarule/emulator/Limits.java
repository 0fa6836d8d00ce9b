package io.deltarule.emulator;

/** What the emulated device refuses to exceed: the smallest of today's usual GPUs, so that kernels stay portable. */
final class Limits {

    /** No group may be larger, whatever is asked for: {@link AccessLog} numbers a group's work-items in so many bits. */
    static final int WORK_ITEM_BITS = 12;

    static final int WORK_GROUP_SIZE =
            Math.min(Integer.getInteger("deltarule.emulator.maxWorkGroupSize", 1024), 1 << WORK_ITEM_BITS);
    static final int LOCAL_MEMORY_BYTES = Integer.getInteger("deltarule.emulator.localMemory", 48 * 1024);

    /** What all device arrays of the JVM may have together; TornadoVM's own limit, unless raised, is as much. */
    static final long DEVICE_MEMORY_BYTES = Long.getLong("deltarule.emulator.memory", 4L << 30);

    private Limits() {}
}
