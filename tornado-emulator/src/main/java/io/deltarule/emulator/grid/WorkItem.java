package io.deltarule.emulator.grid;

/** What a kernel can ask of the work-item that runs it. */
public interface WorkItem {

    void localBarrier();

    void globalBarrier();

    /** Returns the group's array for this place in the kernel: the same one for every work-item of the group. */
    Object allocate(Class<?> element, int size);
}
