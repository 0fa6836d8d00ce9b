package uk.ac.manchester.tornado.api;

import io.deltarule.emulator.ContextBridge;
import io.deltarule.emulator.grid.WorkItem;
import io.deltarule.emulator.grid.WorkItemIds;
import io.deltarule.emulator.matrix.WarpMatrices;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

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

    /** A warp's accumulator C [16, 8], every element the same. */
    public float[] mmaFragment(float v) {
        return item().accumulator(v, v, v, v);
    }

    /** This work-item's elements of A [16, 16], from a tile of 16 bits each, two in an int: {@code low | high << 16}. */
    public HalfFloat[] mmaLoadA(int[] aTile, int wmmaK) {
        return halves(WarpMatrices.loadLeft(item(), aTile, wmmaK, 0));
    }

    /** The same from a tile that begins so many bytes into the array. */
    public HalfFloat[] mmaLoadA(int[] aTile, int wmmaK, int byteOffset) {
        return halves(WarpMatrices.loadLeft(item(), aTile, wmmaK, byteOffset));
    }

    /** This work-item's elements of B [16, 8], likewise. */
    public HalfFloat[] mmaLoadB(int[] bTile, int wmmaK) {
        return halves(WarpMatrices.loadRight(item(), bTile, wmmaK, 0));
    }

    /** The same from a tile that begins so many bytes into the array. */
    public HalfFloat[] mmaLoadB(int[] bTile, int wmmaK, int byteOffset) {
        return halves(WarpMatrices.loadRight(item(), bTile, wmmaK, byteOffset));
    }

    /** A B + C of binary16 numbers with sums in float. */
    public float[] mma(HalfFloat[] fragA, HalfFloat[] fragB, float[] fragC, MMAShape mmaShape) {
        return WarpMatrices.multiply(item(), bits(fragA), bits(fragB), fragC, decoder(mmaShape, Float::float16ToFloat));
    }

    /** A B + C of bfloat16 numbers with sums in float. */
    public float[] mmaBF16(HalfFloat[] fragA, HalfFloat[] fragB, float[] fragC, MMAShape mmaShape) {
        return WarpMatrices.multiply(item(), bits(fragA), bits(fragB), fragC, decoder(mmaShape, BFloat16::bf16ToFloat));
    }

    /** Stores an accumulator: element (i, j) at {@code (tileRow + i) * dimN + tileCol + j}. */
    public void mmaStore(float[] fragD, FloatArray c, int tileRow, int tileCol, int dimN) {
        for (int i = 0; i < fragD.length; i++) {
            c.set(WarpMatrices.storeIndex(item(), i, tileRow, tileCol, dimN), fragD[i]);
        }
    }

    private static WarpMatrices.Decoder decoder(MMAShape shape, WarpMatrices.Decoder decoder) {
        if (shape != MMAShape.M16N8K16) {
            throw new TornadoRuntimeException("a matrix product of 16 bits has the shape M16N8K16, found " + shape);
        }
        return decoder;
    }

    private static HalfFloat[] halves(short[] bits) {
        HalfFloat[] halves = new HalfFloat[bits.length];
        for (int i = 0; i < bits.length; i++) {
            halves[i] = new HalfFloat(bits[i]);
        }
        return halves;
    }

    private static short[] bits(HalfFloat[] halves) {
        short[] bits = new short[halves.length];
        for (int i = 0; i < halves.length; i++) {
            bits[i] = halves[i].getHalfFloatValue();
        }
        return bits;
    }

    private WorkItem item() {
        if (item == null) {
            throw new TornadoRuntimeException("a KernelContext has barriers and local memory only inside a kernel that"
                    + " an execution plan runs; this one was called from plain Java");
        }
        return item;
    }
}
