package io.deltarule.emulator;

/** What the emulated device refuses to exceed: the smallest of today's usual GPUs, so that kernels stay portable. */
final class Limits {

    static final int WORK_GROUP_SIZE = Integer.getInteger("deltarule.emulator.maxWorkGroupSize", 1024);
    static final int LOCAL_MEMORY_BYTES = Integer.getInteger("deltarule.emulator.localMemory", 48 * 1024);

    /** Device arrays are off-heap, so only the machine limits them; this is what the device says it has. */
    static final long DEVICE_MEMORY_BYTES = Long.getLong("deltarule.emulator.memory", 4L << 30);

    private Limits() {}
}
