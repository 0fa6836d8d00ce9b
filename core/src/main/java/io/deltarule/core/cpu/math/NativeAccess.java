package io.deltarule.core.cpu.math;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Whether this java lets the engine reach memory outside of its heap, which weights and OpenBLAS need. */
public final class NativeAccess {
    private NativeAccess() {}

    /** Why it does not and what to add, or empty. */
    public static Optional<String> refused() {
        try {
            MemorySegment.NULL.reinterpret(1);
            return Optional.empty();
        } catch (IllegalCallerException e) { // --illegal-native-access=deny
            return Optional.of(complaint());
        }
    }

    static String complaint() {
        Module module = NativeAccess.class.getModule();
        return "expected native access to be allowed but this java refuses it; start it with --enable-native-access="
                + (module.isNamed() ? module.getName() + ",org.bytedeco.javacpp" : "ALL-UNNAMED");
    }
}
