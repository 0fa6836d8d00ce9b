package io.deltarule.bench.result;

/**
 * The most that a device does, measured in the same process: on a processor on the engine's threads, on an accelerator by
 * kernels in its own memory.
 *
 * @param threads the engine's; 0 on an accelerator
 * @param gflops a processor's multiply-adds in registers, in the fastest tenth of runs; an accelerator's plain float32 matrix product; NaN if the product was
 *     wrong or broke
 * @param readGbytes bytes per second that are read from memory and only added up; NaN on an accelerator
 * @param copyGbytes bytes read plus bytes written per second by a copy larger than the caches; NaN if it was wrong or broke
 * @param steadiness the 10th over the 90th percentile of the times of a processor's multiply-adds: near 1 where nothing else wants
 *     its cores; NaN on an accelerator
 * @param sgemmGflops float32 matrix products by the library on a processor; NaN on an accelerator
 * @param problem why a ceiling is NaN, else null
 * @param faulty whether that is the engine's fault
 */
public record DeviceCeilings(
        int threads,
        double gflops,
        double readGbytes,
        double copyGbytes,
        double steadiness,
        double sgemmGflops,
        String problem,
        boolean faulty) {
    /** Those of a processor. */
    public static DeviceCeilings ofProcessor(
            int threads, double gflops, double readGbytes, double copyGbytes, double steadiness, double sgemmGflops) {
        return new DeviceCeilings(threads, gflops, readGbytes, copyGbytes, steadiness, sgemmGflops, null, false);
    }

    /** Those of an accelerator. */
    public static DeviceCeilings ofAccelerator(double gflops, double copyGbytes, String problem, boolean faulty) {
        return new DeviceCeilings(0, gflops, Double.NaN, copyGbytes, Double.NaN, Double.NaN, problem, faulty);
    }
}
