package io.deltarule.emulator.grid;

/** What a kernel can ask of the work-item that runs it. */
public interface WorkItem {

    void localBarrier();

    void globalBarrier();

    /** Returns the group's array for this place in the kernel: the same one for every work-item of the group. */
    Object allocate(Class<?> element, int size);

    /** Its number in its warp, 0 to 31. */
    int warpLane();

    /**
     * Waits for the 32 work-items of its warp, and does one thing with them.
     *
     * @param work what is done, once for the warp; all of it has to come to the same place
     * @param brought what this work-item gives to it
     * @return what this work-item gets of it
     */
    <A, B> B together(WarpWork<A, B> work, A brought);

    /** An accumulator of four numbers, which a kernel can hand on and not look into. */
    float[] accumulator(float first, float second, float third, float fourth);
}
