package io.deltarule.tornado.stored;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;

/**
 * A method reference like those that the compiler makes, since TornadoVM looks into them for the method. The JVM makes one only for who
 * has full rights to the method's class: this class is loaded by the kernel's {@link FormLoader} for it.
 */
public final class FormReference {
    private FormReference() {}

    /**
     * A reference to a kernel.
     *
     * @param kernel static, the only method of its name
     * @param type the interface that the reference is of, with one method {@code apply}
     */
    public static Object of(Class<?> owner, String kernel, Class<?> type) throws ReflectiveOperationException {
        Method method = method(owner, kernel);
        MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(owner, MethodHandles.lookup());
        MethodHandle handle = lookup.unreflect(method);
        MethodType erased =
                MethodType.genericMethodType(method.getParameterCount()).changeReturnType(void.class);
        MethodType checked = handle.type().wrap().changeReturnType(void.class);
        try {
            return LambdaMetafactory.metafactory(lookup, "apply", MethodType.methodType(type), erased, handle, checked)
                    .getTarget()
                    .invoke();
        } catch (RuntimeException | Error | ReflectiveOperationException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static Method method(Class<?> owner, String kernel) {
        List<Method> all = Stream.of(owner.getDeclaredMethods())
                .filter(each -> each.getName().equals(kernel))
                .toList();
        if (all.size() != 1) {
            throw new IllegalStateException("kernel " + owner.getName() + "." + kernel
                    + ": expected one method of this name but found " + all.size());
        }
        return all.getFirst();
    }
}
