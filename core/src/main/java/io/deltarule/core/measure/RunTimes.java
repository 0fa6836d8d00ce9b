package io.deltarule.core.measure;

/**
 * Where the time of one run went, as the engine measured it.
 *
 * @param kernelNanos kernels on the device, one after the other
 * @param copyInNanos copies to the device
 * @param copyOutNanos copies back
 * @param compileNanos run-time compilation, the engine's and the driver's
 * @param bytesIn bytes copied to the device
 * @param bytesOut bytes copied back
 * @param joules energy of the kernels, the power that the backend reported at each times its time; NaN where it reports
 *     none
 */
public record RunTimes(
        long kernelNanos,
        long copyInNanos,
        long copyOutNanos,
        long compileNanos,
        long bytesIn,
        long bytesOut,
        double joules) {
    /** A run that did nothing. */
    public static final RunTimes NONE = new RunTimes(0, 0, 0, 0, 0, 0, 0);

    /** This and another part of the same run. */
    public RunTimes plus(RunTimes other) {
        return new RunTimes(
                kernelNanos + other.kernelNanos,
                copyInNanos + other.copyInNanos,
                copyOutNanos + other.copyOutNanos,
                compileNanos + other.compileNanos,
                bytesIn + other.bytesIn,
                bytesOut + other.bytesOut,
                joules + other.joules);
    }
}
