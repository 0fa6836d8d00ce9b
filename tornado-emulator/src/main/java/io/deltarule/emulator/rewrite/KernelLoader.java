package io.deltarule.emulator.rewrite;

import io.deltarule.emulator.check.Checks;
import io.deltarule.emulator.check.Faults;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Loads a kernel's class a second time, rewritten so that its array accesses are checked; classes that it calls follow.
 * TornadoVM's API, the emulator and the JDK stay as they are.
 */
public final class KernelLoader extends ClassLoader {

    private static final ClassValue<KernelLoader> LOADERS = new ClassValue<>() {
        @Override
        protected KernelLoader computeValue(Class<?> kernelClass) {
            return new KernelLoader(kernelClass.getClassLoader());
        }
    };

    /** By kernel, so that what the JVM compiles for one plan serves the next; as weak as the class that it lies in. */
    private static final ClassValue<Map<KernelProbe.Found, MethodHandle>> TWINS = new ClassValue<>() {
        @Override
        protected Map<KernelProbe.Found, MethodHandle> computeValue(Class<?> kernelClass) {
            return new ConcurrentHashMap<>();
        }
    };

    private KernelLoader(ClassLoader parent) {
        super(Faults.KERNEL_LOADER, parent);
        // Twins lie in no module. Where the emulator is one, it has to read them, and they have to reach the checks.
        Module emulator = KernelLoader.class.getModule();
        emulator.addReads(getUnnamedModule());
        emulator.addExports(Checks.class.getPackageName(), getUnnamedModule());
    }

    /** The rewritten twin of a kernel, taking its arguments as an array; the same one every time. */
    public static MethodHandle rewritten(KernelProbe.Found kernel) throws ReflectiveOperationException {
        Map<KernelProbe.Found, MethodHandle> twins = TWINS.get(kernel.owner());
        MethodHandle known = twins.get(kernel);
        if (known == null) {
            known = rewrite(kernel);
            twins.put(kernel, known);
        }
        return known;
    }

    private static MethodHandle rewrite(KernelProbe.Found kernel) throws ReflectiveOperationException {
        Class<?> twin = kernel.owner();
        if (isKernelCode(twin.getName())) {
            twin = Class.forName(twin.getName(), true, LOADERS.get(twin));
        }
        MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(twin, MethodHandles.lookup());
        return KernelProbe.spread(
                lookup.findStatic(twin, kernel.name(), kernel.type()),
                kernel.type().parameterCount());
    }

    private static boolean isKernelCode(String name) {
        return !name.startsWith("uk.ac.manchester.tornado.")
                && !name.startsWith("io.deltarule.emulator.")
                && !name.startsWith("java.");
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!isKernelCode(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            byte[] bytes = classFile(name);
            if (bytes == null) {
                return super.loadClass(name, resolve);
            }
            byte[] rewritten = KernelRewriter.rewrite(bytes, getParent());
            return defineClass(name, rewritten, 0, rewritten.length);
        }
    }

    private byte[] classFile(String name) {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
