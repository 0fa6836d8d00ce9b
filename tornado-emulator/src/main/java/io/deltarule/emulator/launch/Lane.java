package io.deltarule.emulator.launch;

import io.deltarule.emulator.check.Faults;
import io.deltarule.emulator.check.RunningWorkItem;
import io.deltarule.emulator.grid.WarpWork;
import io.deltarule.emulator.grid.WorkItemIds;

/** One work-item of a launch: a thread of control with its own stack, which runs, waits at barriers, and ends. */
final class Lane extends RunningWorkItem {

    /** What a work-item is doing. */
    enum State {
        NOT_STARTED,
        RUNNING,
        AT_BARRIER,
        AT_WARP,
        READY,
        FINISHED
    }

    private final LaunchRunner runner;
    State state = State.NOT_STARTED;

    /** The thread that has this work-item's stack; null before it starts. */
    LaneThread thread;

    /** Where it waits, if it does. */
    int waitingSite;

    boolean barrierIsGlobal;

    /** What its warp does where it waits for it, what it gives to that, and then what it gets. */
    Meeting<?, ?> meeting;

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

    @Override
    public int warpLane() {
        int width = ids().localSize(0);
        if (width % WarpWork.WARP != 0) {
            throw Faults.here("a group of " + width
                    + " work-items along x uses matrix products: TornadoVM counts warps along x, so expected a multiple of "
                    + WarpWork.WARP);
        }
        return ids().localNumber() % WarpWork.WARP;
    }

    @Override
    public <A, B> B together(WarpWork<A, B> work, A brought) {
        warpLane();
        Meeting<A, B> own = new Meeting<>(work, brought);
        runner.meet(this, own);
        return own.result();
    }
}
