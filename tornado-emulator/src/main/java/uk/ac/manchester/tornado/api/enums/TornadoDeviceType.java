package uk.ac.manchester.tornado.api.enums;

/** What kind of device runs the kernels; the emulated one is {@link #CUSTOM}. */
public enum TornadoDeviceType {
    UNKNOWN,
    DEFAULT,
    CPU,
    GPU,
    FPGA,
    ACCELERATOR,
    CUSTOM,
    ALL
}
