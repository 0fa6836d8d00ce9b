package io.deltarule.emulator.grid;

/** What the emulated device refuses to exceed: the smallest of today's usual GPUs, so that kernels stay portable. */
public final class DeviceLimits {

    /** No group may be larger than this many bits can number, whatever is asked for: the access log has no more for one. */
    public static final int WORK_ITEM_BITS = 12;

    public static final int WORK_GROUP_SIZE =
            Math.min(Integer.getInteger("deltarule.emulator.maxWorkGroupSize", 1024), 1 << WORK_ITEM_BITS);
    public static final int LOCAL_MEMORY_BYTES = Integer.getInteger("deltarule.emulator.localMemory", 48 * 1024);

    /** What all device arrays of the JVM may have together; TornadoVM's own limit, unless raised, is as much. */
    public static final long DEVICE_MEMORY_BYTES = Long.getLong("deltarule.emulator.memory", 4L << 30);

    private DeviceLimits() {}
}
