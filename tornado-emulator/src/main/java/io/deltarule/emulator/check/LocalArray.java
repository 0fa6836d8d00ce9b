package io.deltarule.emulator.check;

/** An array of a work-group's local memory. */
final class LocalArray extends CheckedArray {

    private final Class<?> element;
    private final RaceLog log;

    LocalArray(Object array, Class<?> element, int size, int site) {
        super(array, size, site);
        this.element = element;
        log = new RaceLog(size, Turn.LOCAL);
    }

    @Override
    void read(int index, RunningWorkItem item, int at) {
        if (log.knowsRead(index, item.number())) {
            return;
        }
        if (!log.writtenByGroup(index)) {
            throw Faults.here("uninitialised read of " + this + " at index " + index
                    + ": no work-item of the group wrote it before");
        }
        long conflict = log.read(index, item.number(), at);
        if (conflict != 0) {
            throw race(index, item, conflict, "written", "reads");
        }
    }

    @Override
    void write(int index, RunningWorkItem item, int at) {
        long conflict = log.write(index, item.number(), at);
        if (conflict != 0) {
            throw race(index, item, conflict, "accessed", "writes");
        }
    }

    /** TornadoVM 5.2.0 computes wrong addresses, silently, in a method that a local array was passed to. */
    @Override
    void meet(RunningWorkItem item, int at) {
        int method = KernelLines.methodOf(at);
        if (method != item.kernelMethod() && method != KernelLines.methodOf(site())) {
            throw Faults.here(this + " was passed to another method: TornadoVM compiles that to wrong addresses;"
                    + " use local arrays in the kernel's own method only");
        }
    }

    private KernelFaultException race(int index, RunningWorkItem item, long conflict, String before, String now) {
        return Faults.here("data race on " + this + " at index " + index + ": " + before + " by work-item "
                + RaceLog.laneOf(conflict) + " of the group at " + KernelLines.describe(RaceLog.siteOf(conflict))
                + ", and no localBarrier lies between when work-item " + item.number() + " " + now + " it");
    }

    @Override
    public String toString() {
        return "local " + element + " array of " + size() + " (allocated at " + KernelLines.describe(site()) + ")";
    }
}
