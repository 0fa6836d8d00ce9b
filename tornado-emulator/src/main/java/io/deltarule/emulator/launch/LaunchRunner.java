package io.deltarule.emulator.launch;

import io.deltarule.emulator.check.Faults;
import io.deltarule.emulator.check.KernelFaultException;
import io.deltarule.emulator.check.KernelLines;
import io.deltarule.emulator.check.LocalMemory;
import io.deltarule.emulator.check.Turn;
import io.deltarule.emulator.grid.GridShape;
import io.deltarule.emulator.grid.Shuffle;
import io.deltarule.emulator.grid.WarpWork;
import io.deltarule.emulator.grid.WorkItemIds;
import io.deltarule.emulator.rewrite.KernelCall;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Runs one kernel over one grid: group after group, and within a group every work-item up to its next barrier, then
 * every one up to the barrier after that; warps that do something together go on in between. Each work-item that waits
 * keeps its stack on a thread of its own; only one thread has the turn, so runs repeat exactly.
 */
public final class LaunchRunner {

    private final String task;
    private final KernelCall call;
    private final GridShape shape;
    private final Shuffle shuffle;
    private final LocalMemory localMemory;
    private final int[] groupOrder;
    private final int[] laneOrder;
    private final Lane[] lanes;
    private final List<LaneThread> threads = new ArrayList<>();
    private final Deque<LaneThread> idle = new ArrayDeque<>();
    private final CountDownLatch finished = new CountDownLatch(1);
    private int groupsStarted;
    private int lanesThisPhase;
    private volatile RuntimeException fault;

    public LaunchRunner(String task, KernelCall call, GridShape shape, Shuffle shuffle) {
        this.task = task;
        this.call = call;
        this.shape = shape;
        this.shuffle = shuffle;
        localMemory = new LocalMemory();
        groupOrder = shuffle.order(shape.groups());
        laneOrder = shuffle.order(shape.groupSize());
        lanes = new Lane[shape.groupSize()];
    }

    /** What a work-item that waited is ended with when another one failed. */
    private static final class Abandoned extends Error {
        private static final long serialVersionUID = 1;

        Abandoned() {
            super(null, null, false, false);
        }
    }

    String task() {
        return task;
    }

    LocalMemory localMemory() {
        return localMemory;
    }

    int kernelMethod() {
        return call.method();
    }

    /**
     * Runs all groups; throws what the first failing work-item failed with. Like a device it cannot be interrupted: the
     * caller's interrupt is kept for later.
     */
    public void run() {
        Turn.LOCAL.startLaunch();
        Turn.GLOBAL.startLaunch();
        startGroup();
        newThread().start(nextLane());
        boolean interrupted = false;
        while (finished.getCount() > 0) {
            try {
                finished.await();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        Turn.running = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (fault != null) {
            throw fault;
        }
    }

    /** Runs a work-item that has not started; false where the launch is over because it failed. */
    boolean runToEnd(Lane lane) {
        lane.state = Lane.State.RUNNING;
        Turn.running = lane;
        Turn.site = KernelLines.UNKNOWN;
        try {
            call.run(lane.ids(), lane);
            lane.state = Lane.State.FINISHED;
            return true;
        } catch (Abandoned _) {
            return false;
        } catch (KernelFaultException report) {
            fail(report);
        } catch (Throwable thrown) {
            fail(Faults.thrown(thrown, lane));
        }
        return false;
    }

    /** Chooses what comes after a work-item that ended: one for its thread to start, or null to end the thread. */
    Lane next(LaneThread free) {
        Lane next;
        try {
            next = nextLane();
        } catch (KernelFaultException report) {
            fail(report);
            return null;
        }
        if (next == null) {
            end();
            return null;
        }
        if (next.state == Lane.State.NOT_STARTED) {
            return next;
        }
        idle.push(free);
        next.thread.handOver(null);
        free.waitForTurn();
        return free.assigned();
    }

    /** Called by the work-item that has the turn; returns when the whole group has come to the same barrier. */
    void barrier(Lane lane, boolean global) {
        lane.barrierIsGlobal = global;
        suspend(lane, Lane.State.AT_BARRIER);
    }

    /** Called by the work-item that has the turn; returns when its warp has come to the same place and done its work. */
    void meet(Lane lane, Meeting<?, ?> meeting) {
        lane.meeting = meeting;
        suspend(lane, Lane.State.AT_WARP);
    }

    private void suspend(Lane lane, Lane.State state) {
        lane.waitingSite = Turn.site;
        lane.state = state;
        Lane next = nextLane();
        if (next != lane) {
            if (next.state == Lane.State.READY) {
                next.thread.handOver(null);
            } else if (idle.isEmpty()) {
                newThread().start(next);
            } else {
                idle.pop().handOver(next);
            }
            lane.thread.waitForTurn();
            if (fault != null) {
                throw new Abandoned();
            }
        }
        lane.state = Lane.State.RUNNING;
        Turn.running = lane;
        Turn.site = lane.waitingSite;
    }

    /** The work-item whose turn is next, or null when all groups are done. */
    private Lane nextLane() {
        while (true) {
            while (lanesThisPhase < lanes.length) {
                Lane lane = lanes[laneOrder[lanesThisPhase++]];
                if (lane.state == Lane.State.NOT_STARTED || lane.state == Lane.State.READY) {
                    return lane;
                }
            }
            if (passWarps() || passBarrier()) {
                shuffle.reorder(laneOrder);
                lanesThisPhase = 0;
            } else if (!startGroup()) {
                return null;
            }
        }
    }

    private boolean startGroup() {
        if (groupsStarted == groupOrder.length) {
            return false;
        }
        int group = groupOrder[groupsStarted++];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane(this, new WorkItemIds(shape, group, i));
        }
        Turn.LOCAL.startLaunch(); // local memory is the group's own: other groups never conflict
        Turn.GLOBAL.startGroup();
        shuffle.reorder(laneOrder);
        lanesThisPhase = 0;
        return true;
    }

    /**
     * Lets the warps go on that wait for nobody else; false where none waits.
     *
     * @throws KernelFaultException where some of a warp wait for the others, which have finished or wait elsewhere
     */
    private boolean passWarps() {
        boolean any = false;
        for (int from = 0; from < lanes.length; from += WarpWork.WARP) {
            List<Lane> warp = Arrays.asList(lanes).subList(from, Math.min(lanes.length, from + WarpWork.WARP));
            Lane first = warp.stream()
                    .filter(lane -> lane.state == Lane.State.AT_WARP)
                    .findFirst()
                    .orElse(null);
            if (first == null) {
                continue;
            }
            for (Lane lane : warp) {
                if (lane.state != Lane.State.AT_WARP || lane.waitingSite != first.waitingSite) {
                    throw Faults.ofGroup(task, divergence("divergent warp", first, lane));
                }
            }
            first.meeting.hold(
                    warp.stream().<Meeting<?, ?>>map(lane -> lane.meeting).toList());
            warp.forEach(lane -> lane.state = Lane.State.READY);
            any = true;
        }
        return any;
    }

    /**
     * Lets the group past the barrier that all of it waits at; false where all of it has finished.
     *
     * @throws KernelFaultException where some wait and others have finished, or wait elsewhere
     */
    private boolean passBarrier() {
        Lane first = null;
        Lane other = null;
        for (Lane lane : lanes) {
            if (lane.state == Lane.State.FINISHED) {
                other = lane;
            } else if (first == null) {
                first = lane;
            } else if (lane.waitingSite != first.waitingSite) {
                other = lane;
            }
        }
        if (first == null) {
            return false;
        }
        if (other != null) {
            throw Faults.ofGroup(task, divergence("divergent barrier", first, other));
        }
        for (Lane lane : lanes) {
            lane.state = Lane.State.READY;
        }
        if (first.barrierIsGlobal) {
            Turn.GLOBAL.passBarrier();
        } else {
            Turn.LOCAL.passBarrier();
        }
        return true;
    }

    private static String divergence(String what, Lane waiting, Lane other) {
        return what + ": " + waiting.ids() + " waits at " + KernelLines.describe(waiting.waitingSite)
                + ", but "
                + other.ids()
                + (other.state == Lane.State.FINISHED
                        ? " has left the kernel"
                        : " waits at " + KernelLines.describe(other.waitingSite));
    }

    private LaneThread newThread() {
        LaneThread thread = new LaneThread(this);
        threads.add(thread);
        return thread;
    }

    private void fail(RuntimeException report) {
        fault = report;
        end();
    }

    /** Wakes every thread that still waits, so that it ends; the launching thread goes on. */
    private void end() {
        for (LaneThread thread : threads) {
            thread.handOver(null);
        }
        finished.countDown();
    }
}
