package io.deltarule.emulator.check;

import java.util.Arrays;

/**
 * Stands before every element of a device's copy of an array: refuses indices out of bounds, reads of elements that
 * nothing wrote, and accesses that race.
 */
public final class ElementGuard {

    private final int size;
    private final String type;
    private final boolean[] written;
    private final RaceLog log;
    private final DeviceAccess access = new DeviceAccess();
    private String label;

    public ElementGuard(int size, String type) {
        this.size = size;
        this.type = type;
        label = "array";
        written = new boolean[size];
        log = Boolean.parseBoolean(System.getProperty("deltarule.emulator.races", "true"))
                ? new RaceLog(size, Turn.GLOBAL)
                : null;
    }

    /** Names the array as the kernel about to run knows it. */
    public void name(String label) {
        this.label = label;
    }

    /** A kernel has ended. */
    public void endLaunch(String task) {
        access.endLaunch(task);
    }

    /**
     * Refuses what OpenCL leaves undefined: to read an array that TornadoVM 5.2.0 makes write-only.
     *
     * @throws KernelFaultException if a kernel does
     */
    public void requireReadable() {
        String reader = access.readerOfWriteOnly();
        if (reader != null) {
            throw new KernelFaultException(
                    "task " + reader + ": reads " + this
                            + ", which an earlier kernel only writes and none both reads and"
                            + " writes: TornadoVM makes it write-only, unless a transferToHost UNDER_DEMAND names it and"
                            + " the plan has another graph",
                    null);
        }
    }

    /** All of the array was copied to the device. */
    public void transferred() {
        Arrays.fill(written, true);
    }

    public void read(int index) {
        RunningWorkItem item = Turn.running;
        if (item == null) {
            throw new ProbeStop();
        }
        check(index, "read");
        access.read();
        if (log != null && log.knowsRead(index, item.number())) {
            return;
        }
        if (!written[index]) {
            throw Faults.here("uninitialised read of " + this + " at index " + index
                    + ": neither transferToDevice nor a kernel wrote it");
        }
        if (log != null) {
            long conflict = log.read(index, item.number(), Turn.site);
            if (conflict != 0) {
                throw race(index, "written", "reads", conflict);
            }
        }
    }

    public void write(int index) {
        RunningWorkItem item = Turn.running;
        if (item == null) {
            throw new ProbeStop();
        }
        check(index, "write");
        access.write();
        written[index] = true;
        if (log != null) {
            long conflict = log.write(index, item.number(), Turn.site);
            if (conflict != 0) {
                throw race(index, "accessed", "writes", conflict);
            }
        }
    }

    /** Refuses a method that has no meaning in a kernel. */
    public void refuse(String method) {
        if (Turn.running == null) {
            throw new ProbeStop();
        }
        throw Faults.here(method + " of " + this + " inside a kernel: no device can do that");
    }

    private void check(int index, String access) {
        if (index < 0 || index >= size) {
            throw Faults.here("out-of-bounds " + access + " of " + this + " at index " + index);
        }
    }

    private KernelFaultException race(int index, String before, String now, long conflict) {
        String other = log.fromOtherGroup(conflict)
                ? "another group"
                : "work-item " + RaceLog.laneOf(conflict) + " of the group";
        String cure =
                log.fromOtherGroup(conflict) ? "groups have no order within a launch" : "no globalBarrier lies between";
        return Faults.here("data race on " + this + " at index " + index + ": " + before + " by " + other + " at "
                + KernelLines.describe(RaceLog.siteOf(conflict)) + ", and " + cure + " when work-item "
                + Turn.running.number() + " " + now + " it");
    }

    @Override
    public String toString() {
        return label + " (" + type + " of " + size + ")";
    }
}
