package io.deltarule.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A results file as the report needs it; docs/benchmarks.md describes the fields.
 *
 * @param label what tells it from the others of one report
 * @param version of the program that measured
 * @param commit of the program's sources; null if unknown
 * @param command as it was typed; null if unknown
 * @param time when, UTC
 * @param machine its properties in the order of the file
 * @param busy what says that something else used the machine, in words
 * @param devices what was there
 * @param ratios speeds beside each other
 * @param rows one per configuration
 * @param transfers to accelerators and back
 * @param model a file on ours and other programs; null where none was measured
 * @param wrongModels whole models that did not match the reference, in words; of files before version 3
 */
record ResultsFile(
        String label,
        String version,
        String commit,
        String command,
        String time,
        Map<String, String> machine,
        List<String> busy,
        List<Device> devices,
        List<Ratio> ratios,
        List<Row> rows,
        List<Transfer> transfers,
        Model model,
        List<String> wrongModels) {
    /**
     * A model's file that the user named.
     *
     * @param file its name
     * @param bytes of its tensors
     * @param prompt tokens of the prefill
     * @param fresh tokens decoded one by one
     * @param threads of every program
     * @param programs ours and others'
     */
    record Model(String file, double bytes, int prompt, int fresh, int threads, List<Program> programs) {}

    /**
     * One program on it.
     *
     * @param name what it is
     * @param version of it
     * @param error against float64, NaN for other people's
     * @param prefill of the prompt; null if it gave wrong numbers
     * @param decode of one new token; null likewise
     */
    record Program(String name, String version, double error, Speed prefill, Speed decode) {}

    /**
     * How fast.
     *
     * @param medianMs half were faster
     * @param p10Ms a tenth were faster
     * @param p90Ms a tenth were slower
     * @param tokensPerSecond by the median
     * @param repeats how many
     */
    record Speed(double medianMs, double p10Ms, double p90Ms, double tokensPerSecond, int repeats) {}

    /**
     * Something that could run.
     *
     * @param engine which engine reaches it
     * @param id its name on the command line
     * @param name the maker's
     * @param kind cpu, gpu, accelerator or emulator
     * @param backend what compiles for it
     * @param status measured or skipped
     * @param reason why it was skipped, else null
     * @param versions what the engine computes with, by name
     * @param threads the engine's, 0 if unknown
     * @param gflops its ceiling of operations, NaN if none was measured
     * @param readGbytes bytes that a processor reads per second, NaN if that was not measured
     * @param copyGbytes its ceiling of bytes, NaN if none was measured
     * @param sgemmGflops what its library's matrix product reaches, NaN if that was not measured
     * @param ceilingStatus ok, failed or refused; null if no ceiling was measured
     * @param problem what was wrong with a ceiling, else null
     */
    record Device(
            String engine,
            String id,
            String name,
            String kind,
            String backend,
            String status,
            String reason,
            Map<String, String> versions,
            int threads,
            double gflops,
            double readGbytes,
            double copyGbytes,
            double sgemmGflops,
            String ceilingStatus,
            String problem) {
        /** What the ceiling of operations is: a processor's multiply-adds; a matrix product on accelerators and in older files. */
        String ceilingName() {
            return Double.isNaN(readGbytes) ? "matrix product" : "multiply-adds";
        }

        /** Engine and id, the id alone where it already says both. */
        String where() {
            return engine.equals(id) ? engine : engine + " " + id;
        }
    }

    /** A device of the file; null if it does not list it. */
    Device device(String engine, String id) {
        return devices.stream()
                .filter(d -> d.engine().equals(engine) && d.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    /**
     * Where the time of a run goes, as the engine measured it in runs of their own; NaN where nothing tells.
     *
     * @param kernelMs on the device
     * @param inMs copies to it
     * @param outMs copies back
     * @param energyMj energy of the kernels in millijoules
     */
    record Parts(double kernelMs, double inMs, double outMs, double energyMj) {
        boolean known() {
            return Double.isFinite(kernelMs);
        }
    }

    /**
     * A plan's first run; NaN where nothing tells.
     *
     * @param ms by the clock
     * @param compileMs of them compiling
     */
    record First(double ms, double compileMs) {}

    /**
     * A block to a device and back.
     *
     * @param engine what reaches the device
     * @param device where
     * @param bytes each way
     * @param status ok, failed or refused
     * @param problem why it is not ok, else null
     * @param medianMs there and back by the clock, NaN if it was not timed
     * @param inGbytes bytes per second to the device, NaN where nothing tells
     * @param outGbytes the same back
     */
    record Transfer(
            String engine,
            String device,
            double bytes,
            String status,
            String problem,
            double medianMs,
            double inGbytes,
            double outGbytes) {}

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
     * In what numbers a configuration was computed.
     *
     * @param precision those of its products: float32, tensor or tensor2
     * @param storage those of its tensors: float32, bfloat16 or float16
     */
    record RowNumbers(String precision, String storage) {
        /** Of everything that files of earlier versions have. */
        static final String FLOAT32 = "float32";

        boolean float32() {
            return precision.equals(FLOAT32) && storage.equals(FLOAT32);
        }

        /** Those that are not float32, for people; empty where all are. */
        String text() {
            List<String> words = new ArrayList<>();
            if (!precision.equals(FLOAT32)) {
                words.add("precision " + precision);
            }
            if (!storage.equals(FLOAT32)) {
                words.add("storage " + storage);
            }
            return String.join(", ", words);
        }
    }

    /**
     * A configuration.
     *
     * @param suite which group of configurations it belongs to
     * @param name within all
     * @param subject operation, gradient, layer or model
     * @param direction forward, backward or decode
     * @param engine what ran it
     * @param device where
     * @param variant which member of the family
     * @param form chunk or recurrent
     * @param chunkSize micro-steps per chunk, 0 where there are none
     * @param shape B, T, H, HV, K, V, householders
     * @param gate none, scalar or channel
     * @param numbers in what it was computed
     * @param tensors where they are before and after a run, host or device
     * @param context tokens before the first, 0 unless it decodes after a prefill
     * @param status ok, wrong, failed or refused
     * @param problem why it is not ok, else null
     * @param error against the reference, NaN if it did not run
     * @param flops operations of a run
     * @param bytes bytes of a run
     * @param medianMs NaN if it was not timed
     * @param p10Ms likewise
     * @param p90Ms likewise
     * @param parts where the time goes
     * @param first the plan's first run
     * @param repeats timed runs
     */
    record Row(
            String suite,
            String name,
            String subject,
            String direction,
            String engine,
            String device,
            String variant,
            String form,
            int chunkSize,
            Map<String, Integer> shape,
            String gate,
            RowNumbers numbers,
            String tensors,
            int context,
            String status,
            String problem,
            double error,
            double flops,
            double bytes,
            double medianMs,
            double p10Ms,
            double p90Ms,
            Parts parts,
            First first,
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

        /** Milliseconds of kernels alone where the engine tells, else the median by the clock. */
        double kernelMs() {
            return parts.known() && parts.kernelMs() > 0 ? parts.kernelMs() : medianMs;
        }
    }
}
