package io.deltarule.bench.report;

import java.util.List;
import java.util.Map;

/**
 * A results file as the report needs it; docs/benchmarks.md describes the fields.
 *
 * @param label what tells it from the others of one report
 * @param version of the program that measured
 * @param time when, UTC
 * @param machine its properties in the order of the file
 * @param devices what was there
 * @param ratios speeds beside each other
 * @param rows one per configuration
 * @param wrongModels whole models that did not match the reference, in words
 */
record Results(
        String label,
        String version,
        String time,
        Map<String, String> machine,
        List<Device> devices,
        List<Ratio> ratios,
        List<Row> rows,
        List<String> wrongModels) {
    /**
     * Something that could run.
     *
     * @param engine which engine reaches it
     * @param id its name on the command line
     * @param name the maker's
     * @param backend what compiles for it
     * @param status measured or skipped
     * @param reason why it was skipped, else null
     * @param sgemmGflops its ceiling of operations, NaN if none was measured
     * @param copyGbytes its ceiling of bytes, NaN if none was measured
     */
    record Device(
            String engine,
            String id,
            String name,
            String backend,
            String status,
            String reason,
            double sgemmGflops,
            double copyGbytes) {}

    /**
     * A quotient of two speeds.
     *
     * @param name its key
     * @param meaning in words
     * @param value the quotient
     * @param subject the dividend
     * @param baseline the divisor
     * @param unit of both
     */
    record Ratio(String name, String meaning, double value, double subject, double baseline, String unit) {}

    /**
     * A configuration.
     *
     * @param suite which group of configurations it belongs to
     * @param name within all
     * @param direction forward, backward or decode
     * @param engine what ran it
     * @param device where
     * @param variant which member of the family
     * @param form chunk or recurrent
     * @param shape B, T, H, HV, K, V, householders
     * @param gate none, scalar or channel
     * @param context tokens before the first, 0 unless it decodes after a prefill
     * @param status ok, wrong or failed
     * @param problem why it is not ok, else null
     * @param error against the reference, NaN if it did not run
     * @param flops operations of a run
     * @param bytes bytes of a run
     * @param medianMs NaN if it was not timed
     * @param p10Ms likewise
     * @param p90Ms likewise
     * @param kernelMs of that on the device, NaN where nothing tells
     * @param repeats timed runs
     */
    record Row(
            String suite,
            String name,
            String direction,
            String engine,
            String device,
            String variant,
            String form,
            Map<String, Integer> shape,
            String gate,
            int context,
            String status,
            String problem,
            double error,
            double flops,
            double bytes,
            double medianMs,
            double p10Ms,
            double p90Ms,
            double kernelMs,
            int repeats) {
        boolean timed() {
            return Double.isFinite(medianMs);
        }

        int length(String axis) {
            return shape.getOrDefault(axis, 0);
        }

        /** Tokens of all sequences. */
        long tokens() {
            return (long) length("B") * length("T");
        }

        double tokensPerSecond() {
            return tokens() / medianMs * 1e3;
        }

        double gflops() {
            return flops / medianMs / 1e6;
        }

        double gbytes() {
            return bytes / medianMs / 1e6;
        }

        /** Engine and device, the device alone where its name already says both. */
        String where() {
            return engine.equals(device) ? engine : engine + " " + device;
        }
    }
}
