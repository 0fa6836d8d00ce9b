package io.deltarule.emulator;

import java.lang.invoke.MethodHandle;
import uk.ac.manchester.tornado.api.KernelContext;

/** A kernel with the arguments of one launch: device arrays and scalars, and a context that each work-item
 * replaces; {@code method} is the number that {@link Sites} gives the kernel. */
record KernelCall(MethodHandle kernel, int method, Object[] arguments) {

    void run(Lane lane) throws Throwable {
        kernel.invokeExact(argumentsFor(lane.ids(), lane));
    }

    /** The arguments with the contexts replaced by one of this work-item. */
    Object[] argumentsFor(WorkItemIds ids, WorkItem item) {
        Object[] own = arguments.clone();
        for (int i = 0; i < own.length; i++) {
            if (own[i] instanceof KernelContext) {
                own[i] = KernelBridge.context(ids, item);
            }
        }
        return own;
    }
}
