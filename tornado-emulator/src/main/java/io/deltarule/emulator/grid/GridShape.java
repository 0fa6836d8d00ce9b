package io.deltarule.emulator.grid;

import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** The checked sizes of a grid and of its groups, x first; work-items and groups are numbered x fastest. */
public record GridShape(int[] global, int[] local) {

    /** One work-item, for kernels without a context. */
    public static GridShape single() {
        return new GridShape(new int[] {1, 1, 1}, new int[] {1, 1, 1});
    }

    /**
     * Takes a grid as its user made it.
     *
     * @param task for whom, for messages
     * @param globalWork work-items along each axis
     * @param localWork those of a group, or null where the device is to choose
     * @param globalOffset of the ids
     * @throws TornadoRuntimeException where a device could not run it: a size that is not positive, a group that does
     *     not divide the grid, a group larger than the device allows, an offset
     */
    public static GridShape of(String task, long[] globalWork, long[] localWork, long[] globalOffset) {
        int[] global = new int[3];
        int[] local = new int[3];
        long items = 1;
        for (int axis = 0; axis < 3; axis++) {
            String where = "grid of task " + task + ", axis " + "xyz".charAt(axis) + ": ";
            if (globalWork[axis] < 1 || globalWork[axis] > Integer.MAX_VALUE) {
                throw new TornadoRuntimeException(
                        where + "expected 1 to " + Integer.MAX_VALUE + " work-items, found " + globalWork[axis]);
            }
            if (globalOffset[axis] != 0) {
                throw new TornadoRuntimeException(
                        where + "the emulator knows no global offset, found " + globalOffset[axis]);
            }
            global[axis] = (int) globalWork[axis];
            long size = localWork == null ? chosenByDevice(axis, global[axis]) : localWork[axis];
            if (size < 1 || globalWork[axis] % size != 0) {
                throw new TornadoRuntimeException(where + "global size " + globalWork[axis]
                        + " is no multiple of local size " + size + "; devices refuse such a grid");
            }
            items *= size;
            local[axis] = (int) size;
        }
        if (items > DeviceLimits.WORK_GROUP_SIZE) {
            throw new TornadoRuntimeException("grid of task " + task + ": a group of " + items
                    + " work-items; the device allows " + DeviceLimits.WORK_GROUP_SIZE
                    + " (-Ddeltarule.emulator.maxWorkGroupSize)");
        }
        return new GridShape(global, local);
    }

    /** Devices choose freely; a size that is neither the whole grid nor one shows kernels that count on either. */
    private static long chosenByDevice(int axis, int global) {
        int size = axis == 0 ? Math.min(global, 16) : 1;
        while (global % size != 0) {
            size--;
        }
        return size;
    }

    public int groupSize() {
        return local[0] * local[1] * local[2];
    }

    public int groups() {
        return Math.toIntExact((long) groupsAlong(0) * groupsAlong(1) * groupsAlong(2));
    }

    int groupId(int group, int axis) {
        return coordinate(group, axis, groupsAlong(0), groupsAlong(1));
    }

    int localId(int item, int axis) {
        return coordinate(item, axis, local[0], local[1]);
    }

    private int groupsAlong(int axis) {
        return global[axis] / local[axis];
    }

    private static int coordinate(int number, int axis, int sizeX, int sizeY) {
        return switch (axis) {
            case 0 -> number % sizeX;
            case 1 -> number / sizeX % sizeY;
            default -> number / sizeX / sizeY;
        };
    }
}
