package io.deltarule.emulator.grid;

/** Where a work-item stands in its grid: group and local ids, and the sizes of group and grid; x first. */
public record WorkItemIds(GridShape shape, int groupNumber, int localNumber) {

    /** The ids of a context outside of kernels: zeros. */
    public static final WorkItemIds NONE = new WorkItemIds(null, 0, 0);

    public int group(int axis) {
        return shape == null ? 0 : shape.groupId(groupNumber, axis);
    }

    public int local(int axis) {
        return shape == null ? 0 : shape.localId(localNumber, axis);
    }

    public int global(int axis) {
        return shape == null ? 0 : group(axis) * localSize(axis) + local(axis);
    }

    public int globalSize(int axis) {
        return shape == null ? 0 : shape.global()[axis];
    }

    public int localSize(int axis) {
        return shape == null ? 0 : shape.local()[axis];
    }

    @Override
    public String toString() {
        return "work-item (%d, %d, %d): local (%d, %d, %d) of group (%d, %d, %d)"
                .formatted(global(0), global(1), global(2), local(0), local(1), local(2), group(0), group(1), group(2));
    }
}
