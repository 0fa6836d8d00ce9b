package io.deltarule.emulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoTaskRuntimeException;

/** What a task graph is made of: its tasks in their order, and which arrays cross between host and device when. */
public final class GraphDefinition {

    private final String name;
    private final Map<String, Task> tasks = new LinkedHashMap<>();
    private final List<Transfer> toDevice = new ArrayList<>();
    private final List<Transfer> toHost = new ArrayList<>();
    private final List<Consumed> consumed = new ArrayList<>();

    public GraphDefinition(String name) {
        this.name = name;
    }

    /** A kernel with its arguments; {@code type} is the functional interface that the function was given as. */
    record Task(String fullName, Object function, Class<?> type, Object[] arguments) {}

    /** An array and its transfer mode. */
    record Transfer(int mode, HostArray array) {}

    /** An array that another graph left on the device; {@code source} is null where none is named. */
    record Consumed(String source, HostArray array) {}

    /** What the definition holds now, unchanged by what is added later. */
    public GraphDefinition copy() {
        GraphDefinition copy = new GraphDefinition(name);
        copy.tasks.putAll(tasks);
        copy.toDevice.addAll(toDevice);
        copy.toHost.addAll(toHost);
        copy.consumed.addAll(consumed);
        return copy;
    }

    public String name() {
        return name;
    }

    /**
     * Adds a task after those before it.
     *
     * @throws TornadoTaskRuntimeException where the name is taken
     * @throws TornadoRuntimeException where an argument is neither array, scalar nor context
     */
    public void addTask(String task, Object function, Class<?> type, Object... arguments) {
        String fullName = name + "." + task;
        if (tasks.containsKey(task)) {
            throw new TornadoTaskRuntimeException(
                    "task " + fullName + ": the graph has a task of that name already; names must differ");
        }
        for (int i = 0; i < arguments.length; i++) {
            checkArgument(fullName, i, arguments[i]);
        }
        tasks.put(task, new Task(fullName, function, type, arguments.clone()));
    }

    private static void checkArgument(String task, int index, Object argument) {
        boolean known = ContextBridge.isContext(argument)
                || HostArray.of(argument) != null
                || argument instanceof Number
                || argument instanceof Boolean
                || argument instanceof Character;
        if (!known) {
            throw new TornadoRuntimeException("task " + task + ", argument " + (index + 1)
                    + ": expected a KernelContext, an array of uk.ac.manchester.tornado.api.types.arrays or a boxed"
                    + " primitive, found "
                    + (argument == null ? "null" : argument.getClass().getName()));
        }
    }

    public void addTransferToDevice(int mode, Object... objects) {
        checkMode(mode);
        for (Object object : objects) {
            if (!(object instanceof Number)) { // scalars travel with the kernel
                toDevice.add(new Transfer(mode, array("transferToDevice", object)));
            }
        }
    }

    public void addTransferToHost(int mode, Object... objects) {
        checkMode(mode);
        for (Object object : objects) {
            toHost.add(new Transfer(mode, array("transferToHost", object)));
        }
    }

    public void addConsumed(String source, Object... objects) {
        for (Object object : objects) {
            consumed.add(new Consumed(source, array("consumeFromDevice", object)));
        }
    }

    private void checkMode(int mode) {
        if (mode < DataTransferMode.FIRST_EXECUTION || mode > DataTransferMode.UNDER_DEMAND) {
            throw new TornadoRuntimeException(
                    "task graph " + name + ": " + mode + " is none of the constants of DataTransferMode");
        }
    }

    private HostArray array(String method, Object object) {
        HostArray array = HostArray.of(object);
        if (array != null) {
            return array;
        }
        throw new TornadoRuntimeException("task graph " + name + ", " + method
                + ": expected an array of uk.ac.manchester.tornado.api.types.arrays, found "
                + (object == null ? "null" : object.getClass().getName()));
    }

    Iterable<Task> tasks() {
        return tasks.values();
    }

    List<Transfer> toDevice() {
        return toDevice;
    }

    List<Transfer> toHost() {
        return toHost;
    }

    List<Consumed> consumed() {
        return consumed;
    }
}
