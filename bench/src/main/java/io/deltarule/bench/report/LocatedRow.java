package io.deltarule.bench.report;

/**
 * A configuration and where it ran.
 *
 * @param place as the page calls the device
 * @param device what it ran on; null if the file does not list it
 * @param row the configuration
 */
record LocatedRow(Place place, ResultsFile.Device device, ResultsFile.Row row) {
    /** What is the same configuration on another device. */
    String configuration() {
        return row.name() + " · " + row.variant() + " " + row.form() + " · " + AmountText.shape(row);
    }

    /** Whether the device's ceiling is a processor's own multiply-adds. */
    boolean isOnProcessor() {
        return device != null && Double.isFinite(device.readGbytes());
    }

    /** Kernels' share of the device's ceiling of operations; NaN where either was not measured. */
    double shareOfCeiling() {
        return device == null ? Double.NaN : row.flops() / row.kernelMs() / 1e6 / device.gflops();
    }
}
