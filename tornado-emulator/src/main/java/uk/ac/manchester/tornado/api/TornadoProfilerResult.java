package uk.ac.manchester.tornado.api;

import io.deltarule.emulator.ExecutionTimes;

/**
 * What an execution took, in nanoseconds of this JVM, and how many bytes crossed; zeros where the plan has no profiler.
 */
public class TornadoProfilerResult {

    private final ExecutionTimes times;
    private final long deviceBytes;

    TornadoProfilerResult(ExecutionTimes times, long deviceBytes) {
        this.times = times;
        this.deviceBytes = deviceBytes;
    }

    public long getTotalTime() {
        return times.total();
    }

    /** The time that the rewriting of kernels took. */
    public long getCompileTime() {
        return times.compile();
    }

    public long getDataTransfersTime() {
        return times.toDevice() + times.toHost();
    }

    public long getDeviceWriteTime() {
        return times.toDevice();
    }

    public long getDeviceReadTime() {
        return times.toHost();
    }

    public long getDeviceKernelTime() {
        return times.kernels();
    }

    public long getTotalBytesCopyIn() {
        return times.bytesIn();
    }

    public long getTotalBytesCopyOut() {
        return times.bytesOut();
    }

    public long getTotalBytesTransferred() {
        return times.bytesIn() + times.bytesOut();
    }

    public long getTotalDeviceMemoryUsage() {
        return deviceBytes;
    }

    /** This execution as JSON, of one task that stands for all; like a device without a meter it tells no power. */
    public String getProfileLog() {
        return times.json();
    }
}
