package io.deltarule.emulator.launch;

import io.deltarule.emulator.check.RunningWorkItem;
import io.deltarule.emulator.grid.WorkItemIds;

/** One work-item of a launch: a thread of control with its own stack, which runs, waits at barriers, and ends. */
final class Lane extends RunningWorkItem {

    /** What a work-item is doing. */
    enum State {
        NOT_STARTED,
        RUNNING,
        AT_BARRIER,
        FINISHED
    }

    private final LaunchRunner runner;
    State state = State.NOT_STARTED;

    /** The thread that has this work-item's stack; null before it starts. */
    LaneThread thread;

    /** Where and at what kind of barrier it waits, if it does. */
    int barrierSite;

    boolean barrierIsGlobal;

    Lane(LaunchRunner runner, WorkItemIds ids) {
        super(runner.task(), runner.kernelMethod(), ids, runner.localMemory());
        this.runner = runner;
    }

    @Override
    public void localBarrier() {
        runner.barrier(this, false);
    }

    @Override
    public void globalBarrier() {
        runner.barrier(this, true);
    }
}
