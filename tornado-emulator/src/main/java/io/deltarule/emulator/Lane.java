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

    /** An array that the kernel made for itself, and which of its elements it has written. */
    record PrivateArray(Object array, boolean[] written, int site) {

        @Override
        public String toString() {
            return "private array of " + written.length + " (made at " + Sites.describe(site) + ")";
        }
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

    LocalMemory localMemory() {
        return runner.localMemory();
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
        PrivateArray made = new PrivateArray(array, new boolean[length], site);
        for (int i = 0; i < privates.size(); i++) {
            if (privates.get(i).site() == site) {
                privates.set(i, made);
                return;
            }
        }
        privates.add(made);
    }

    PrivateArray findPrivate(Object array) {
        for (int i = 0; i < privates.size(); i++) {
            PrivateArray known = privates.get(i);
            if (known.array() == array) {
                return known;
            }
        }
        return null;
    }
}
