package io.deltarule.emulator;

import java.util.ArrayList;
import java.util.List;

/** One work-item: a thread of control with its own stack, private arrays and place in the grid. */
final class Lane implements WorkItem {

    /** What a work-item is doing. */
    enum State {
        NOT_STARTED,
        RUNNING,
        AT_BARRIER,
        FINISHED
    }

    private final LaunchRunner runner;
    private final WorkItemIds ids;
    private final List<PrivateArray> privates = new ArrayList<>();
    State state = State.NOT_STARTED;

    /** The thread that has this work-item's stack; null before it starts. */
    LaneThread thread;

    /** Where and at what kind of barrier it waits, if it does. */
    int barrierSite;

    boolean barrierIsGlobal;

    Lane(LaunchRunner runner, WorkItemIds ids) {
        this.runner = runner;
        this.ids = ids;
    }

    WorkItemIds ids() {
        return ids;
    }

    /** Its number within the group. */
    int number() {
        return ids.localNumber();
    }

    String task() {
        return runner.task();
    }

    /** The number that {@link Sites} gives the kernel's own method. */
    int kernelMethod() {
        return runner.kernelMethod();
    }

    @Override
    public void localBarrier() {
        runner.barrier(this, false);
    }

    @Override
    public void globalBarrier() {
        runner.barrier(this, true);
    }

    @Override
    public Object allocate(Class<?> element, int size) {
        return runner.localMemory().allocate(element, size, Turn.site);
    }

    /** Notes a new private array; one made again at the same place is the same memory on a device. */
    void declarePrivate(Object array, int length, int site) {
        PrivateArray made = new PrivateArray(array, length, site);
        for (int i = 0; i < privates.size(); i++) {
            if (privates.get(i).site() == site) {
                privates.set(i, made);
                return;
            }
        }
        privates.add(made);
    }

    /** The local or private array that this Java array is, or null. */
    CheckedArray find(Object array) {
        for (int i = 0; i < privates.size(); i++) {
            PrivateArray own = privates.get(i);
            if (own.is(array)) {
                return own;
            }
        }
        return runner.localMemory().find(array);
    }
}
