package io.deltarule.tornado.stored;

import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Forms of kernels for arrays of 16-bit numbers. A kernel's form is the kernel itself with other types of some arguments, whose reads
 * and writes are those of the arguments' formats; nothing else differs. Forms are made once.
 */
public final class KernelForms {
    private static final Map<List<Object>, Object> FORMS = new ConcurrentHashMap<>();

    private KernelForms() {}

    /**
     * What a task is given for a kernel.
     *
     * @param code a method reference to a static kernel
     * @param type the interface of tasks with so many arguments
     * @param arguments the kernel's, some of which may stand for {@linkplain StoredArrays arrays of 16-bit numbers}
     * @return the code itself where none does
     */
    public static Object of(Serializable code, Class<?> type, List<?> arguments) {
        List<NumberFormat> formats = new ArrayList<>();
        for (Object argument : arguments) {
            formats.add(StoredArrays.format(argument));
        }
        if (formats.stream().allMatch(format -> format == null)) {
            return code;
        }
        SerializedLambda kernel = crack(code);
        return FORMS.computeIfAbsent(
                List.of(kernel.getImplClass(), kernel.getImplMethodName(), String.valueOf(formats)),
                key -> form(kernel, code.getClass().getClassLoader(), type, formats));
    }

    /** The JVM tells which method a reference means only of one that could be serialized. */
    private static SerializedLambda crack(Serializable code) {
        try {
            Method replace = code.getClass().getDeclaredMethod("writeReplace");
            replace.setAccessible(true);
            return (SerializedLambda) replace.invoke(code);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("kernel: expected a method reference but found " + code, e);
        }
    }

    private static Object form(SerializedLambda kernel, ClassLoader loader, Class<?> type, List<NumberFormat> formats) {
        String owner = kernel.getImplClass().replace('/', '.');
        String name = kernel.getImplMethodName();
        try {
            Class<?> original = Class.forName(owner, false, loader);
            Class<?> twin = FormLoader.load(original, name, formats);
            Class<?> references = Class.forName(FormReference.class.getName(), true, twin.getClassLoader());
            return references
                    .getMethod("of", Class.class, String.class, Class.class)
                    .invoke(null, twin, name, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("kernel " + owner + "." + name + ": no form for " + formats, e);
        }
    }
}
