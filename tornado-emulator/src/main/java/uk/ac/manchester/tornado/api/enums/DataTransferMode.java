package uk.ac.manchester.tornado.api.enums;

/** When an array crosses between host and device. */
public class DataTransferMode {

    /** To the device, once: at the graph's first execution in its plan. */
    public static final int FIRST_EXECUTION = 0;

    /** At every execution of the graph. */
    public static final int EVERY_EXECUTION = 1;

    /** To the host, only when {@code TornadoExecutionResult.transferToHost} asks; to the device, never. */
    public static final int UNDER_DEMAND = 2;

    public DataTransferMode() {}
}
