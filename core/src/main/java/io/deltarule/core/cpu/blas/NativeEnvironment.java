package io.deltarule.core.cpu.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** An environment variable as native libraries of this process see it; Java's own view does not change. */
final class NativeEnvironment {
    private NativeEnvironment() {}

    /** An action that may fail in any way. */
    @FunctionalInterface
    interface Action<T> {
        T run() throws Throwable;
    }

    /** Runs an action while a variable that was not set before has a value. */
    static <T> T with(String variable, String value, Action<T> action) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var p = ValueLayout.ADDRESS;
        var i = ValueLayout.JAVA_INT;
        MethodHandle set =
                linker.downcallHandle(linker.defaultLookup().findOrThrow("setenv"), FunctionDescriptor.of(i, p, p, i));
        MethodHandle unset =
                linker.downcallHandle(linker.defaultLookup().findOrThrow("unsetenv"), FunctionDescriptor.of(i, p));
        try (Arena arena = Arena.ofConfined()) {
            var name = arena.allocateFrom(variable);
            int failed = (int) set.invokeExact(name, arena.allocateFrom(value), 1);
            if (failed != 0) {
                throw new IllegalStateException("setenv " + variable + " failed");
            }
            try {
                return action.run();
            } finally {
                int ignored = (int) unset.invokeExact(name);
            }
        }
    }
}
