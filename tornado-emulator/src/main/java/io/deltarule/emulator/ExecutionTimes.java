package io.deltarule.emulator;

/** What one execution of a plan took, in nanoseconds and bytes. */
public final class ExecutionTimes {

    private long total;
    private long compile;
    private long kernels;
    private long toDevice;
    private long toHost;
    private long bytesIn;
    private long bytesOut;

    void addTotal(long nanos) {
        total += nanos;
    }

    void addCompile(long nanos) {
        compile += nanos;
    }

    void addKernel(long nanos) {
        kernels += nanos;
    }

    void addToDevice(long nanos, long bytes) {
        toDevice += nanos;
        bytesIn += bytes;
    }

    void addToHost(long nanos, long bytes) {
        toHost += nanos;
        bytesOut += bytes;
    }

    public long total() {
        return total;
    }

    public long compile() {
        return compile;
    }

    public long kernels() {
        return kernels;
    }

    public long toDevice() {
        return toDevice;
    }

    public long toHost() {
        return toHost;
    }

    public long bytesIn() {
        return bytesIn;
    }

    public long bytesOut() {
        return bytesOut;
    }

    @Override
    public String toString() {
        return "emulated: total %d ns, rewriting %d ns, kernels %d ns, to device %d ns (%d bytes), to host %d ns (%d bytes)"
                .formatted(total, compile, kernels, toDevice, bytesIn, toHost, bytesOut);
    }

    public String json() {
        return """
                {
                    "emulated": {
                        "TOTAL_TASK_GRAPH_TIME": "%d",
                        "COPY_IN_TIME": "%d",
                        "COPY_OUT_TIME": "%d",
                        "kernels": {
                            "POWER_USAGE_mW": "n/a",
                            "TASK_KERNEL_TIME": "%d"
                        }
                    }
                }
                """.formatted(total, toDevice, toHost, kernels);
    }
}
