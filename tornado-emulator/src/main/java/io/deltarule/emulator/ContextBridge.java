package io.deltarule.emulator;

import io.deltarule.emulator.grid.WorkItem;
import io.deltarule.emulator.grid.WorkItemIds;
import java.util.function.BiFunction;

/**
 * How the emulator knows a kernel's context and makes one for each work-item. The API's class registers both when it is
 * initialised, as arrays do with {@link HostArray}.
 */
public final class ContextBridge {

    private static volatile Registered registered;

    private record Registered(Class<?> type, BiFunction<WorkItemIds, WorkItem, ?> constructor) {}

    private ContextBridge() {}

    /** Takes the class of contexts and what makes one. */
    public static <T> void register(Class<T> type, BiFunction<WorkItemIds, WorkItem, T> constructor) {
        registered = new Registered(type, constructor);
    }

    static boolean isContext(Object object) {
        Registered contexts = registered; // null before there is any context
        return contexts != null && contexts.type().isInstance(object);
    }

    /** The context of one work-item. */
    static Object context(WorkItemIds ids, WorkItem item) {
        return registered.constructor().apply(ids, item);
    }
}
