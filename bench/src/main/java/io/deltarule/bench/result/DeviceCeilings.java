package io.deltarule.bench.result;

/**
 * The most that a device does, measured in the same process: on a processor on the engine's threads, on an accelerator by
 * kernels in its own memory.
 *
 * @param threads the engine's; 0 on an accelerator
 * @param sgemmGflops float32 matrix products; NaN if they were wrong or broke
 * @param copyGbytes bytes read plus bytes written per second by a copy larger than the caches; NaN likewise
 * @param problem why a ceiling is NaN, else null
 * @param faulty whether that is the engine's fault
 */
public record DeviceCeilings(int threads, double sgemmGflops, double copyGbytes, String problem, boolean faulty) {
    public static DeviceCeilings of(int threads, double sgemmGflops, double copyGbytes) {
        return new DeviceCeilings(threads, sgemmGflops, copyGbytes, null, false);
    }
}
