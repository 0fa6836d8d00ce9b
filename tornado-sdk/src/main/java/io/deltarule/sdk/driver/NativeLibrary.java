package io.deltarule.sdk.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A driver's library, looked for as the system's own loader does: what it finds, TornadoVM finds. */
final class NativeLibrary {
    private final String name;
    private final SymbolLookup symbols;

    private NativeLibrary(String name, SymbolLookup symbols) {
        this.name = name;
        this.symbols = symbols;
    }

    /** The first of several names that can be loaded. It stays loaded: drivers do not like to be unloaded. */
    static Optional<NativeLibrary> first(List<String> names) {
        for (String name : names) {
            try {
                return Optional.of(new NativeLibrary(name, SymbolLookup.libraryLookup(name, Arena.global())));
            } catch (IllegalArgumentException absent) {
                // it is not there under this name; the next one may be
            }
        }
        return Optional.empty();
    }

    String name() {
        return name;
    }

    /** One of its functions. */
    MethodHandle function(String symbol, FunctionDescriptor type) throws NoSuchElementException {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(symbol), type);
    }
}
