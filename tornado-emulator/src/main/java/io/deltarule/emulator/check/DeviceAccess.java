package io.deltarule.emulator.check;

/**
 * How the kernels of a graph use an array, which decides what TornadoVM 5.2.0 makes it for on the device: the first kernel that
 * has it says write-only, read-only or both; a later one changes that only if it does both.
 */
final class DeviceAccess {
    private boolean reads; // the kernel that runs
    private boolean writes;
    private boolean met; // some kernel before it touched the array
    private boolean firstOnlyWrote;
    private boolean someDidBoth;
    private String reader; // the first kernel that found it write-only

    void read() {
        reads = true;
    }

    void write() {
        writes = true;
    }

    /** The kernel that ran has ended. */
    void endLaunch(String task) {
        if (reads || writes) {
            if (!met) {
                met = true;
                firstOnlyWrote = writes && !reads;
            }
            someDidBoth |= reads && writes;
            if (reads && !writes && firstOnlyWrote && reader == null) {
                reader = task;
            }
        }
        reads = false;
        writes = false;
    }

    /** The kernel that reads an array which is made write-only, or null for none. */
    String readerOfWriteOnly() {
        return someDidBoth ? null : reader;
    }
}
