package io.deltarule.tornado.stored;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Loads a kernel's class a second time, with the kernel in another form; classes of the engine that it calls follow. TornadoVM's API and
 * all else stay as they are.
 */
final class FormLoader extends ClassLoader {
    private static final String ENGINE = "io.deltarule.tornado.";

    private final String owner;
    private final String kernel;
    private final List<NumberFormat> formats;

    private FormLoader(ClassLoader parent, String owner, String kernel, List<NumberFormat> formats) {
        super("kernel forms", parent);
        this.owner = owner;
        this.kernel = kernel;
        this.formats = formats;
    }

    /** The class with the kernel in that form. */
    static Class<?> load(Class<?> original, String kernel, List<NumberFormat> formats) throws ClassNotFoundException {
        FormLoader loader = new FormLoader(original.getClassLoader(), original.getName(), kernel, formats);
        return Class.forName(original.getName(), true, loader);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(ENGINE)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            byte[] bytes = classFile(name.replace('.', '/') + ".class");
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    /** What a class was made of, for the emulator, which makes classes of its own of it. */
    @Override
    public InputStream getResourceAsStream(String path) {
        if (!path.startsWith(ENGINE.replace('.', '/')) || !path.endsWith(".class")) {
            return super.getResourceAsStream(path);
        }
        byte[] bytes = classFile(path);
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    private byte[] classFile(String path) {
        byte[] original;
        try (InputStream in = getParent().getResourceAsStream(path)) {
            if (in == null) {
                return null;
            }
            original = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return path.equals(owner.replace('.', '/') + ".class")
                ? KernelForm.rewrite(original, kernel, formats)
                : original;
    }
}
