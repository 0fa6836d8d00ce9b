package io.deltarule.sdk.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/** Asks NVIDIA's driver for its devices, and looks for CUDA's run-time compiler. Signatures: CUDA driver API, cuda.h. */
final class CudaProbe {
    private static final String NAME = "NVIDIA driver";
    private static final String COMPILER = "NVRTC";
    private static final int NO_DEVICE = 100;
    private static final int LONGEST_NAME = 256;
    private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
    private static final FunctionDescriptor POINTER = FunctionDescriptor.of(JAVA_INT, ADDRESS);
    private static final FunctionDescriptor DEVICE_NAME = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

    private CudaProbe() {}

    static Driver driver() {
        NativeLibrary library =
                NativeLibrary.first(List.of("libcuda.so.1", "nvcuda.dll")).orElse(null);
        if (library == null) {
            return Driver.missing(
                    NAME,
                    "no libcuda.so.1",
                    "with an NVIDIA GPU, install its driver; in a container, start it with the NVIDIA container toolkit");
        }
        try (Arena arena = Arena.ofConfined()) {
            return ask(library, arena);
        } catch (Throwable e) {
            return Driver.missing(NAME, library.name() + " cannot be asked (" + e + ")", "reinstall NVIDIA's driver");
        }
    }

    private static Driver ask(NativeLibrary library, Arena arena) throws Throwable {
        MethodHandle init = library.function("cuInit", INT);
        int result = (int) init.invokeExact(0);
        if (result != 0) {
            return Driver.missing(
                    NAME,
                    library.name()
                            + (result == NO_DEVICE ? " with no GPU" : " that does not start (error " + result + ")"),
                    "check with nvidia-smi that the driver's kernel module is loaded and the GPU visible");
        }
        MemorySegment count = arena.allocate(JAVA_INT);
        int counted = (int) library.function("cuDeviceGetCount", POINTER).invokeExact(count);
        MethodHandle name = library.function("cuDeviceGetName", DEVICE_NAME);
        List<String> devices = new ArrayList<>();
        for (int d = 0; counted == 0 && d < count.get(JAVA_INT, 0); d++) {
            MemorySegment text = arena.allocate(LONGEST_NAME);
            int named = (int) name.invokeExact(text, LONGEST_NAME - 1, d);
            devices.add((named == 0 ? text.getString(0) : "unnamed") + " (gpu)");
        }
        return devices.isEmpty()
                ? Driver.missing(NAME, library.name() + " with no GPU", "check with nvidia-smi that the GPU is visible")
                : Driver.usable(NAME, library.name(), devices);
    }

    static Driver compiler() {
        return NativeLibrary.first(List.of(
                        "libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "nvrtc64_130_0.dll", "nvrtc64_120_0.dll"))
                .map(library -> Driver.usable(COMPILER, library.name(), List.of()))
                .orElseGet(() -> Driver.missing(
                        COMPILER,
                        "no libnvrtc.so",
                        "with an NVIDIA GPU, install the CUDA toolkit (12 or 13) for the cuda backend; opencl and ptx "
                                + "do without"));
    }
}
