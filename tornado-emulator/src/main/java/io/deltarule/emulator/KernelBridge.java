package io.deltarule.emulator;

import io.deltarule.emulator.grid.WorkItem;
import io.deltarule.emulator.grid.WorkItemIds;

import java.util.function.BiFunction;
import uk.ac.manchester.tornado.api.KernelContext;

/** How the emulator makes a {@link KernelContext} for one work-item; registered by that class, as in {@link ArrayBridge}. */
public final class KernelBridge {

    private static volatile BiFunction<WorkItemIds, WorkItem, KernelContext> registered;

    private KernelBridge() {}

    public static void register(BiFunction<WorkItemIds, WorkItem, KernelContext> constructor) {
        registered = constructor;
    }

    static KernelContext context(WorkItemIds ids, WorkItem item) {
        return registered.apply(ids, item);
    }
}
