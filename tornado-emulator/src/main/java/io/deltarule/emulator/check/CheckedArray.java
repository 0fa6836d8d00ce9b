package io.deltarule.emulator.check;

/** A Java array of a kernel whose every access is looked at first. */
abstract class CheckedArray {

    private final Object array;
    private final int size;
    private final int site;

    /** Made at {@code site}. */
    CheckedArray(Object array, int size, int site) {
        this.array = array;
        this.size = size;
        this.site = site;
    }

    boolean is(Object other) {
        return array == other;
    }

    Object array() {
        return array;
    }

    int size() {
        return size;
    }

    /** The place in the kernel that makes it. */
    int site() {
        return site;
    }

    /** Called before a place in the kernel accesses this array for the first time; throws where it never may. */
    void meet(RunningWorkItem item, int at) {}

    /** Throws where the running work-item may not read this element now. */
    final void beforeRead(int index, RunningWorkItem item, int at) {
        checkIndex(index, "read");
        read(index, item, at);
    }

    /** Throws where the running work-item may not write this element now. */
    final void beforeWrite(int index, RunningWorkItem item, int at) {
        checkIndex(index, "write");
        write(index, item, at);
    }

    abstract void read(int index, RunningWorkItem item, int at);

    abstract void write(int index, RunningWorkItem item, int at);

    private void checkIndex(int index, String access) {
        if (index < 0 || index >= size) {
            throw Faults.here("out-of-bounds " + access + " of " + this + " at index " + index);
        }
    }
}
