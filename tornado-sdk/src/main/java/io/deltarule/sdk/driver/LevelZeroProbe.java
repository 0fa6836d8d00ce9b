package io.deltarule.sdk.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Asks Level Zero's loader whether there is a driver behind it. Signature: Level Zero core API, ze_api.h. */
final class LevelZeroProbe {
    private static final String NAME = "Level Zero";
    private static final FunctionDescriptor INIT = FunctionDescriptor.of(JAVA_INT, JAVA_INT);

    private LevelZeroProbe() {}

    static Driver probe() {
        NativeLibrary library = NativeLibrary.first(List.of("libze_loader.so.1", "ze_loader.dll"))
                .orElse(null);
        if (library == null) {
            return Driver.missing(
                    NAME,
                    "no loader (libze_loader.so.1)",
                    "with an Intel GPU, install the loader (Debian: libze1; Ubuntu: level-zero or libze1) and Intel's"
                            + " compute runtime; opencl does without");
        }
        try {
            MethodHandle init = library.function("zeInit", INIT);
            int result = (int) init.invokeExact(0);
            return result == 0
                    ? Driver.usable(NAME, library.name() + " with a driver", List.of())
                    : Driver.missing(
                            NAME,
                            library.name() + " with no driver (0x" + Integer.toHexString(result) + ")",
                            "install Intel's compute runtime with its Level Zero driver");
        } catch (Throwable e) {
            return Driver.missing(NAME, library.name() + " cannot be asked (" + e + ")", "reinstall it");
        }
    }
}
