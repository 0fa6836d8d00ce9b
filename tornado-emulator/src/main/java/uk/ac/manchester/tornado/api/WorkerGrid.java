package uk.ac.manchester.tornado.api;

/** How many work-items run a kernel, and how they are grouped: three numbers each, x first. */
public interface WorkerGrid {

    int dimension();

    long[] getGlobalWork();

    /** Null where the group size is left to the device. */
    long[] getLocalWork();

    /** Null until a group size is set. */
    long[] getNumberOfWorkgroups();

    long[] getGlobalOffset();

    void setGlobalWork(long x, long y, long z);

    void setLocalWork(long x, long y, long z);

    void setNumberOfWorkgroupsToNull();

    void setLocalWorkToNull();

    void setGlobalOffset(long x, long y, long z);
}
