package io.deltarule.emulator.rewrite;

import io.deltarule.emulator.check.KernelLines;
import io.deltarule.emulator.grid.WorkItem;
import io.deltarule.emulator.grid.WorkItemIds;
import java.lang.invoke.MethodHandle;

/**
 * A kernel with the arguments of one launch: device arrays, scalars, and a {@link Context} wherever the kernel takes its
 * context, since each work-item has one of its own.
 *
 * @param kernel takes an array of arguments
 * @param method the number that {@link KernelLines} gives the kernel's method
 * @param arguments of every work-item
 */
public record KernelCall(MethodHandle kernel, int method, Object[] arguments) {

    /** Makes the context of a work-item; it stands among the arguments in the context's place. */
    @FunctionalInterface
    public interface Context {
        Object of(WorkItemIds ids, WorkItem item);
    }

    /** Runs the kernel as one work-item. */
    public void run(WorkItemIds ids, WorkItem item) throws Throwable {
        kernel.invokeExact(argumentsFor(ids, item));
    }

    /** The arguments with the contexts replaced by one of this work-item. */
    Object[] argumentsFor(WorkItemIds ids, WorkItem item) {
        Object[] own = arguments.clone();
        for (int i = 0; i < own.length; i++) {
            if (own[i] instanceof Context context) {
                own[i] = context.of(ids, item);
            }
        }
        return own;
    }
}
