package io.deltarule.emulator.check;

/** A matrix product's accumulator: registers of the device, which TornadoVM 5.2.0 can only hand on and store. */
final class Accumulator extends CheckedArray {

    Accumulator(float[] array, int site) {
        super(array, array.length, site);
    }

    @Override
    void read(int index, RunningWorkItem item, int at) {
        throw refused("read");
    }

    @Override
    void write(int index, RunningWorkItem item, int at) {
        throw refused("write");
    }

    private KernelFaultException refused(String access) {
        return Faults.here(access + " of an element of " + this
                + ": TornadoVM 5.2.0 does not compile that; store it with mmaStore, and read it from there");
    }

    @Override
    public String toString() {
        return "an accumulator (made at " + KernelLines.describe(site()) + ")";
    }
}
