package io.deltarule.emulator;

/**
 * Marks a device that is the emulator's. It knows none of TornadoVM's classes, so that code which also runs where this
 * module is absent can look it up by name and ask {@code Class.isInstance(device)}.
 */
public interface EmulatedDevice {

    /** What the emulated device calls itself. */
    String NAME = "deltarule emulator (JVM)";
}
