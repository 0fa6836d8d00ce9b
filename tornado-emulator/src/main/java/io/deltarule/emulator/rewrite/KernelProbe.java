package io.deltarule.emulator.rewrite;

import io.deltarule.emulator.check.ProbeStop;
import io.deltarule.emulator.grid.GridShape;
import io.deltarule.emulator.grid.WarpWork;
import io.deltarule.emulator.grid.WorkItem;
import io.deltarule.emulator.grid.WorkItemIds;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * Finds the method behind a task's method reference. The JVM does not tell which one it is, so the reference is called,
 * and the first touch of a device array, barrier or local array ends that call with the method on top of the stack.
 */
public final class KernelProbe {

    /** Words of OpenCL C and CUDA C that Java allows as names. */
    private static final Set<String> TAKEN_NAMES = Set.of(
            "auto",
            "bool",
            "complex",
            "constant",
            "extern",
            "global",
            "half",
            "inline",
            "kernel",
            "local",
            "pipe",
            "quad",
            "read_only",
            "read_write",
            "register",
            "restrict",
            "signed",
            "sizeof",
            "struct",
            "typedef",
            "uchar",
            "uint",
            "ulong",
            "uniform",
            "union",
            "unsigned",
            "ushort",
            "write_only");

    private KernelProbe() {}

    /** The method that a task runs, where its code can be rewritten. */
    public record Found(Class<?> owner, String name, MethodType type) {}

    /** A work-item that only exists to be looked for. */
    private static final class ProbedItem implements WorkItem {
        @Override
        public void localBarrier() {
            throw new ProbeStop();
        }

        @Override
        public void globalBarrier() {
            throw new ProbeStop();
        }

        @Override
        public Object allocate(Class<?> element, int size) {
            throw new ProbeStop();
        }

        @Override
        public int warpLane() {
            throw new ProbeStop();
        }

        @Override
        public <A, B> B together(WarpWork<A, B> work, A brought) {
            throw new ProbeStop();
        }

        @Override
        public float[] accumulator(float first, float second, float third, float fourth) {
            throw new ProbeStop();
        }
    }

    /** Returns the method, or null where no work-item of the grid touches anything. */
    public static Found find(String task, Object function, KernelCall call, GridShape shape) throws Throwable {
        WorkItem item = new ProbedItem();
        for (int group = 0; group < shape.groups(); group++) {
            for (int local = 0; local < shape.groupSize(); local++) {
                try {
                    call.kernel().invokeExact(call.argumentsFor(new WorkItemIds(shape, group, local), item));
                } catch (ProbeStop touch) {
                    return methodCalledBy(task, function.getClass(), touch.frames(), call.arguments().length);
                } catch (RuntimeException thrown) {
                    return methodThatThrew(task, function.getClass(), thrown, call.arguments().length);
                }
            }
        }
        return null;
    }

    private static Found methodCalledBy(
            String task, Class<?> function, List<StackWalker.StackFrame> frames, int arguments) {
        List<StackWalker.StackFrame> kernel = frames.stream()
                .takeWhile(frame -> frame.getDeclaringClass() != function)
                .toList();
        StackWalker.StackFrame root = kernel.getLast();
        return checked(task, root.getDeclaringClass(), root.getMethodName(), root.getMethodType(), arguments);
    }

    /** Finds a kernel that failed before it touched anything; its rewritten twin then reports how. */
    private static Found methodThatThrew(String task, Class<?> function, Throwable thrown, int arguments)
            throws Throwable {
        List<StackTraceElement> kernel = Stream.of(thrown.getStackTrace())
                .takeWhile(frame -> !frame.getClassName().equals(KernelProbe.class.getName()))
                .filter(frame -> !frame.getClassName().startsWith("java."))
                .toList();
        if (!kernel.isEmpty()) {
            StackTraceElement root = kernel.getLast();
            Class<?> owner = Class.forName(root.getClassName(), false, function.getClassLoader());
            List<Method> candidates = Stream.of(owner.getDeclaredMethods())
                    .filter(method ->
                            method.getName().equals(root.getMethodName()) && method.getParameterCount() == arguments)
                    .toList();
            if (candidates.size() == 1) {
                return checked(task, owner, root.getMethodName(), typeOf(candidates.getFirst()), arguments);
            }
        }
        throw thrown;
    }

    private static Found checked(String task, Class<?> owner, String name, MethodType type, int arguments) {
        boolean isStatic = Stream.of(owner.getDeclaredMethods())
                .anyMatch(method -> method.getName().equals(name)
                        && typeOf(method).equals(type)
                        && Modifier.isStatic(method.getModifiers()));
        if (!isStatic || type.parameterCount() != arguments) {
            throw new TornadoRuntimeException("task " + task + ": a kernel must be a static method, or a lambda that"
                    + " captures nothing; found " + owner.getName() + "." + name + type);
        }
        if (TAKEN_NAMES.contains(name)) {
            throw new TornadoRuntimeException("task " + task + ": TornadoVM keeps the name of the kernel's method, and "
                    + name + " is a word of the languages it compiles to; rename the method");
        }
        return new Found(owner, name, type);
    }

    private static MethodType typeOf(Method method) {
        return MethodType.methodType(method.getReturnType(), method.getParameterTypes());
    }

    /** A handle that calls a functional interface's or a kernel's method with an array of its arguments. */
    static MethodHandle spread(MethodHandle method, int arguments) {
        return method.asSpreader(Object[].class, arguments).asType(MethodType.methodType(void.class, Object[].class));
    }

    /** The reference itself as a handle. */
    public static MethodHandle handleOf(Object function, Class<?> type, int arguments)
            throws ReflectiveOperationException {
        MethodType apply = MethodType.genericMethodType(arguments).changeReturnType(void.class);
        return spread(
                MethodHandles.publicLookup().findVirtual(type, "apply", apply).bindTo(function), arguments);
    }
}
