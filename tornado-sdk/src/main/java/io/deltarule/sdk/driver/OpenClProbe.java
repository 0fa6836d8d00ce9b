package io.deltarule.sdk.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Asks OpenCL's loader which platforms and devices there are. Constants and signatures: OpenCL 1.2, cl.h. */
public final class OpenClProbe {
    private static final String NAME = "OpenCL";
    private static final int PLATFORM_NAME = 0x0902;
    private static final int DEVICE_NAME = 0x102B;
    private static final int DEVICE_TYPE = 0x1000;
    private static final long ALL_DEVICES = 0xFFFFFFFFL;
    private static final long TYPE_GPU = 1 << 2;
    private static final int MOST = 64;
    private static final int LONGEST_NAME = 1024;
    private static final FunctionDescriptor LIST = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final FunctionDescriptor LIST_OF =
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
    private static final FunctionDescriptor INFO =
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final String DRIVERS =
            "install the OpenCL driver of your device: NVIDIA's driver brings one; Intel: "
                    + "intel-opencl-icd; AMD: ROCm's, or mesa-opencl-icd; for the processor alone: pocl-opencl-icd (names are "
                    + "Debian's and Ubuntu's)";

    private final MethodHandle platformInfo;
    private final MethodHandle deviceIds;
    private final MethodHandle deviceInfo;
    private final MethodHandle platformIds;

    private OpenClProbe(NativeLibrary library) {
        platformIds = library.function("clGetPlatformIDs", LIST);
        platformInfo = library.function("clGetPlatformInfo", INFO);
        deviceIds = library.function("clGetDeviceIDs", LIST_OF);
        deviceInfo = library.function("clGetDeviceInfo", INFO);
    }

    public static Driver probe(Map<String, String> environment) {
        return probe(
                List.of("libOpenCL.so.1", "OpenCL.dll", "/System/Library/Frameworks/OpenCL.framework/OpenCL"),
                environment);
    }

    public static Driver probe(List<String> names, Map<String, String> environment) {
        NativeLibrary library = NativeLibrary.first(names).orElse(null);
        if (library == null) {
            return Driver.missing(
                    NAME,
                    "no loader (libOpenCL.so.1)",
                    "install OpenCL's loader (Debian, Ubuntu: ocl-icd-libopencl1; Fedora: ocl-icd), then "
                            + DRIVERS.substring("install ".length()));
        }
        try (Arena arena = Arena.ofConfined()) {
            return new OpenClProbe(library).ask(library.name(), arena, environment);
        } catch (Throwable e) {
            return Driver.missing(NAME, library.name() + " cannot be asked (" + e + ")", "reinstall it, or " + DRIVERS);
        }
    }

    private Driver ask(String library, Arena arena, Map<String, String> environment) throws Throwable {
        List<MemorySegment> platforms = new ArrayList<>();
        MemorySegment ids = arena.allocate(ADDRESS, MOST);
        MemorySegment count = arena.allocate(JAVA_INT);
        int result = (int) platformIds.invokeExact(MOST, ids, count);
        for (int p = 0; result == 0 && p < Math.min(MOST, count.get(JAVA_INT, 0)); p++) {
            platforms.add(ids.getAtIndex(ADDRESS, p));
        }
        if (platforms.isEmpty()) {
            return Driver.missing(NAME, library + " with no driver" + registered(environment), DRIVERS);
        }
        List<String> devices = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (MemorySegment platform : platforms) {
            names.add(text(platformInfo, platform, PLATFORM_NAME, arena));
            int listed = (int) deviceIds.invokeExact(platform, ALL_DEVICES, MOST, ids, count);
            for (int d = 0; listed == 0 && d < Math.min(MOST, count.get(JAVA_INT, 0)); d++) {
                devices.add(device(ids.getAtIndex(ADDRESS, d), arena));
            }
        }
        String found = library + ", drivers: " + String.join(", ", names);
        return devices.isEmpty()
                ? Driver.missing(
                        NAME,
                        found + ", which reach no device",
                        "check that the device is there and that you may open it (groups render and video; in a"
                                + " container, its device files), or "
                                + DRIVERS)
                : Driver.usable(NAME, found, devices);
    }

    private String device(MemorySegment device, Arena arena) throws Throwable {
        MemorySegment type = arena.allocate(JAVA_LONG);
        int result = (int) deviceInfo.invokeExact(device, DEVICE_TYPE, JAVA_LONG.byteSize(), type, MemorySegment.NULL);
        boolean gpu = result == 0 && (type.get(JAVA_LONG, 0) & TYPE_GPU) != 0;
        return text(deviceInfo, device, DEVICE_NAME, arena) + (gpu ? " (gpu)" : "");
    }

    private static String text(MethodHandle info, MemorySegment of, int what, Arena arena) throws Throwable {
        MemorySegment text = arena.allocate(LONGEST_NAME);
        int result = (int) info.invokeExact(of, what, (long) LONGEST_NAME - 1, text, MemorySegment.NULL);
        return result == 0 ? text.getString(0).strip() : "unnamed";
    }

    /** What the loader was told of drivers: files *.icd in a folder. */
    private static String registered(Map<String, String> environment) {
        Path folder = Path.of(environment.getOrDefault("OCL_ICD_VENDORS", "/etc/OpenCL/vendors"));
        if (!Files.isDirectory(folder)) {
            return " (there is no folder " + folder + ")";
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<String> icds = files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".icd"))
                    .sorted()
                    .toList();
            return icds.isEmpty()
                    ? " (" + folder + " names none)"
                    : " (" + folder + " names " + String.join(", ", icds) + ", which do not load)";
        } catch (IOException e) {
            return " (" + folder + " cannot be read)";
        }
    }
}
