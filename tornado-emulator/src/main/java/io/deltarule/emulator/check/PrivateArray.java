package io.deltarule.emulator.check;

/** An array that a work-item made for itself. Java sets it to zero; devices do not. */
final class PrivateArray extends CheckedArray {

    private final boolean[] written;

    PrivateArray(Object array, int size, int site) {
        super(array, size, site);
        written = new boolean[size];
    }

    @Override
    void read(int index, RunningWorkItem item, int at) {
        if (!written[index]) {
            throw Faults.here("uninitialised read of " + this + " at index " + index
                    + ": devices do not set private arrays to zero");
        }
    }

    @Override
    void write(int index, RunningWorkItem item, int at) {
        written[index] = true;
    }

    @Override
    public String toString() {
        return "private array of " + size() + " (made at " + KernelLines.describe(site()) + ")";
    }
}
