package io.deltarule.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Puts standard error back. The launcher starts java with it closed, because java prints a warning about incubator
 * modules before any program runs, and keeps the real one open under another number. Native libraries print there too,
 * so it is the process's descriptor that is put back, not only {@link System#err}.
 */
final class StandardError {
    private static final int DESCRIPTOR = 2;

    private StandardError() {}

    /** Does nothing when the launcher did not start this process. */
    static void restore() {
        String kept = System.getProperty("io.deltarule.stderr", "");
        if (kept.isEmpty()) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle dup2 = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("dup2"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int result = (int) dup2.invokeExact(Integer.parseInt(kept), DESCRIPTOR);
            if (result != DESCRIPTOR) {
                System.out.println("deltarule: standard error could not be opened; messages may be missing");
            }
        } catch (Throwable impossible) {
            throw new AssertionError("dup2 throws nothing", impossible);
        }
    }
}
