package io.deltarule.emulator.launch;

import java.util.concurrent.locks.LockSupport;

/**
 * The thread that has work-items' stacks: one at a time, and another once that one has finished. It sleeps until it is
 * handed the turn.
 */
final class LaneThread {

    private final Thread thread;
    private volatile boolean turn;

    /** The work-item to run when the turn comes, or null to end. */
    private Lane assigned;

    LaneThread(LaunchRunner runner) {
        thread = Thread.ofVirtual().name("deltarule-work-item").unstarted(() -> run(runner));
    }

    private void run(LaunchRunner runner) {
        waitForTurn();
        Lane lane = assigned;
        while (lane != null) {
            assigned = null;
            lane.thread = this;
            lane = runner.runToEnd(lane) ? runner.next(this) : null;
        }
    }

    void start(Lane lane) {
        assigned = lane;
        turn = true;
        thread.start();
    }

    /** The work-item this idle thread was given when its turn came, or null where there is none left. */
    Lane assigned() {
        return assigned;
    }

    /** Gives the turn to this thread, which waits, and with it a work-item to start, or null. */
    void handOver(Lane lane) {
        assigned = lane;
        turn = true;
        LockSupport.unpark(thread);
    }

    void waitForTurn() {
        while (!turn) {
            LockSupport.park(this);
        }
        turn = false;
    }
}
