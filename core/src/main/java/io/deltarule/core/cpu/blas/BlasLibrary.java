package io.deltarule.core.cpu.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * An OpenBLAS library that was opened, and what is called of it.
 *
 * @param sgemm cblas_sgemm
 * @param setNumThreads openblas_set_num_threads
 * @param config OpenBLAS's own description, with its version and the kernel set in use
 * @param kernels the name of that set
 */
public record BlasLibrary(MethodHandle sgemm, MethodHandle setNumThreads, String config, String kernels) {
    private static final long LONGEST_TEXT = 1024;

    /**
     * Opens a library. OpenBLAS chooses its kernels at that moment, by the environment variable {@value
     * KernelChoice#VARIABLE} or else by the processor's name; a file that is open already keeps its choice.
     *
     * @param file the library
     * @param arena closes it; what was opened is not to be called after
     * @throws Throwable if it cannot be opened, or is no OpenBLAS
     */
    public static BlasLibrary open(Path file, Arena arena) throws Throwable {
        SymbolLookup library = SymbolLookup.libraryLookup(file, arena);
        var i = ValueLayout.JAVA_INT;
        var f = ValueLayout.JAVA_FLOAT;
        var p = ValueLayout.ADDRESS;
        MethodHandle sgemm =
                bind(library, "cblas_sgemm", FunctionDescriptor.ofVoid(i, i, i, i, i, i, f, p, i, p, i, f, p, i));
        MethodHandle setNumThreads = bind(library, "openblas_set_num_threads", FunctionDescriptor.ofVoid(i));
        return new BlasLibrary(
                sgemm, setNumThreads, text(library, "openblas_get_config"), text(library, "openblas_get_corename"));
    }

    private static String text(SymbolLookup library, String function) throws Throwable {
        MethodHandle call = bind(
                library,
                function,
                FunctionDescriptor.of(ValueLayout.ADDRESS.withTargetLayout(
                        MemoryLayout.sequenceLayout(LONGEST_TEXT, ValueLayout.JAVA_BYTE))));
        return ((MemorySegment) call.invokeExact()).getString(0);
    }

    private static MethodHandle bind(SymbolLookup library, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type, Linker.Option.critical(true));
    }
}
