package uk.ac.manchester.tornado.api;

import io.deltarule.emulator.ContextBridge;
import io.deltarule.emulator.grid.WorkItem;
import io.deltarule.emulator.grid.WorkItemIds;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * What a kernel knows of the work-item that runs it: its ids, its group's barriers and its group's local memory.
 *
 * <p>The one that a task is given stands for all work-items and has zeros for ids; the emulator replaces it by one
 * per work-item. Barriers and local memory exist only inside a kernel: elsewhere they throw.
 */
public class KernelContext implements ExecutionContext {

    static {
        ContextBridge.register(KernelContext.class, KernelContext::new);
    }

    public final Integer globalIdx;
    public final Integer globalIdy;
    public final Integer globalIdz;
    public final Integer groupIdx;
    public final Integer groupIdy;
    public final Integer groupIdz;
    public final Integer localIdx;
    public final Integer localIdy;
    public final Integer localIdz;

    /** The number of all work-items along x. */
    public final Integer globalGroupSizeX;

    public final Integer globalGroupSizeY;
    public final Integer globalGroupSizeZ;

    /** The number of work-items of a group along x. */
    public final Integer localGroupSizeX;

    public final Integer localGroupSizeY;
    public final Integer localGroupSizeZ;

    /** Null outside of kernels. */
    private final WorkItem item;

    public KernelContext() {
        this(WorkItemIds.NONE, null);
    }

    private KernelContext(WorkItemIds ids, WorkItem item) {
        globalIdx = ids.global(0);
        globalIdy = ids.global(1);
        globalIdz = ids.global(2);
        groupIdx = ids.group(0);
        groupIdy = ids.group(1);
        groupIdz = ids.group(2);
        localIdx = ids.local(0);
        localIdy = ids.local(1);
        localIdz = ids.local(2);
        globalGroupSizeX = ids.globalSize(0);
        globalGroupSizeY = ids.globalSize(1);
        globalGroupSizeZ = ids.globalSize(2);
        localGroupSizeX = ids.localSize(0);
        localGroupSizeY = ids.localSize(1);
        localGroupSizeZ = ids.localSize(2);
        this.item = item;
    }

    /** Waits for the whole work-group; what it wrote to local memory is then seen by all of it. */
    @Override
    public void localBarrier() {
        item().localBarrier();
    }

    /** Waits for the whole work-group; what it wrote to device arrays is then seen by all of it. */
    @Override
    public void globalBarrier() {
        item().globalBarrier();
    }

    @Override
    public int[] allocateIntLocalArray(int size) {
        return (int[]) item().allocate(int.class, size);
    }

    @Override
    public long[] allocateLongLocalArray(int size) {
        return (long[]) item().allocate(long.class, size);
    }

    @Override
    public float[] allocateFloatLocalArray(int size) {
        return (float[]) item().allocate(float.class, size);
    }

    @Override
    public double[] allocateDoubleLocalArray(int size) {
        return (double[]) item().allocate(double.class, size);
    }

    @Override
    public byte[] allocateByteLocalArray(int size) {
        return (byte[]) item().allocate(byte.class, size);
    }

    private WorkItem item() {
        if (item == null) {
            throw new TornadoRuntimeException("a KernelContext has barriers and local memory only inside a kernel that"
                    + " an execution plan runs; this one was called from plain Java");
        }
        return item;
    }
}
