package io.deltarule.emulator.check;

import io.deltarule.emulator.grid.WorkItem;
import io.deltarule.emulator.grid.WorkItemIds;
import java.util.ArrayList;
import java.util.List;

/** A work-item as the checks see it while it has the turn: its place, its kernel, and the arrays that it can reach. */
public abstract class RunningWorkItem implements WorkItem {

    /** Of how many places in the kernel the array last met there is remembered; a power of two. */
    private static final int PLACES = 64;

    private final String task;
    private final int kernelMethod;
    private final WorkItemIds ids;
    private final int number;
    private final LocalMemory localMemory;
    private final List<CheckedArray> privates = new ArrayList<>();
    private final CheckedArray[] lastAt = new CheckedArray[PLACES];

    /**
     * A work-item before it runs.
     *
     * @param task the task's full name, for reports
     * @param kernelMethod the number that {@link KernelLines} gives the kernel's own method
     * @param ids its place in the grid
     * @param localMemory its group's
     */
    protected RunningWorkItem(String task, int kernelMethod, WorkItemIds ids, LocalMemory localMemory) {
        this.task = task;
        this.kernelMethod = kernelMethod;
        this.ids = ids;
        number = ids.localNumber();
        this.localMemory = localMemory;
    }

    public final WorkItemIds ids() {
        return ids;
    }

    /** Its number within the group. */
    final int number() {
        return number;
    }

    final String task() {
        return task;
    }

    /** The number that {@link KernelLines} gives the kernel's own method. */
    final int kernelMethod() {
        return kernelMethod;
    }

    @Override
    public final Object allocate(Class<?> element, int size) {
        return localMemory.allocate(element, size, Turn.site);
    }

    /** Notes a new private array; one made again at the same place is the same memory on a device. */
    final void declarePrivate(Object array, int length, int site) {
        own(new PrivateArray(array, length, site));
    }

    @Override
    public final float[] accumulator(float first, float second, float third, float fourth) {
        float[] made = {first, second, third, fourth};
        own(new Accumulator(made, Turn.site));
        return made;
    }

    private void own(CheckedArray made) {
        for (int i = 0; i < privates.size(); i++) {
            if (privates.get(i).site() == made.site()) {
                privates.set(i, made);
                return;
            }
        }
        privates.add(made);
    }

    /**
     * The local or private array that this Java array is, or null. A place in the kernel mostly meets the same one again,
     * so that one is tried first.
     *
     * @param site the place that asks, a number of {@link KernelLines}
     */
    final CheckedArray find(Object array, int site) {
        CheckedArray last = lastAt[site & (PLACES - 1)];
        if (last != null && last.is(array)) {
            return last;
        }
        CheckedArray found = search(array);
        if (found != null) {
            found.meet(this, site);
        }
        lastAt[site & (PLACES - 1)] = found;
        return found;
    }

    private CheckedArray search(Object array) {
        for (int i = 0; i < privates.size(); i++) {
            CheckedArray own = privates.get(i);
            if (own.is(array)) {
                return own;
            }
        }
        return localMemory.find(array);
    }
}
