package io.deltarule.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results files written by hand, so that the report's tests need no measurement. */
final class ResultsText {
    private final List<String> rows = new ArrayList<>();
    private final List<String> transfers = new ArrayList<>();
    private static final String CPU_CEILINGS =
            "\"gflops\":200,\"read_gbytes_per_s\":30,\"copy_gbytes_per_s\":40,\"steadiness\":0.9,\"sgemm_gflops\":150";
    private static final String GPU_CEILINGS = "\"gflops\":31500,\"read_gbytes_per_s\":null,\"copy_gbytes_per_s\":4100,"
            + "\"steadiness\":null,\"sgemm_gflops\":null";

    private final List<String> busy = new ArrayList<>();
    private String model = "null";
    private String processor = "Some processor";
    private String more = "";
    private String machine = "";
    private String engine = "cpu";
    private String device = "cpu";

    ResultsText processor(String name) {
        processor = name;
        return this;
    }

    /** Where the numbers come from, as later versions say. */
    ResultsText from(String commit, String command, double loadBefore) {
        more = "\"commit\":\"" + commit + "\",\"command\":\"" + command + "\",";
        machine = ",\"load_before\":" + loadBefore + ",\"load_after\":2.5";
        return this;
    }

    /** Something else used the machine. */
    ResultsText busy(String kind, String text) {
        busy.add("{\"kind\":\"" + kind + "\",\"text\":\"" + text + "\"}");
        return this;
    }

    /** A model's file on our program, and on llama-bench. */
    ResultsText model(boolean right) {
        String speed = "{\"repeats\":6,\"median_ms\":%s,\"p10_ms\":%s,\"p90_ms\":%s,\"tokens_per_s\":%s}";
        String timed = ",\"prefill\":" + speed.replace("%s", "4000") + ",\"decode\":" + speed.replace("%s", "50");
        model = "{\"file\":\"m.gguf\",\"bytes\":1048576,\"parameters\":1000,\"prompt\":512,\"new\":64,\"threads\":2,"
                + "\"programs\":[{\"program\":\"deltarule\",\"version\":\"1\","
                + "\"verification\":{\"passed\":" + right + ",\"tolerance\":5e-5,\"ratio\":"
                + (right ? "1e-6" : "0.5") + "}" + (right ? timed : "") + "},"
                + "{\"program\":\"llama-bench\",\"version\":\"7 (abc), CPU\"" + timed + "}]}";
        return this;
    }

    /** Where the rows that follow were measured: the cpu, or the GPU that the file lists. */
    ResultsText on(String name) {
        engine = name.equals("cpu") ? "cpu" : "tornado";
        device = name.equals("cpu") ? "cpu" : "cuda:0:0";
        return this;
    }

    /** A row that was timed; one micro-step per token, 2 heads of 8 by 8. */
    ResultsText ok(String suite, String name, int T, double medianMs) {
        return row(
                suite,
                name,
                T,
                String.format(
                        Locale.ROOT,
                        "\"status\":\"ok\",\"problem\":null,\"repeats\":9,\"median_ms\":%s,\"p10_ms\":%s,\"p90_ms\":%s,"
                                + "\"verification\":{\"passed\":true,\"tolerance\":5e-5,\"ratio\":2e-7}",
                        medianMs,
                        0.9 * medianMs,
                        1.2 * medianMs));
    }

    /** A step after a context. */
    ResultsText decoding(int context, double medianMs) {
        ok("decode_context", "decode_context/" + context, 1, medianMs);
        rows.add(rows.removeLast()
                .replace("\"context\":0", "\"context\":" + context)
                .replace("forward", "decode"));
        return this;
    }

    /** A row in other numbers than float32. */
    ResultsText in(String precision, String storage, String name, double error) {
        ok(name.substring(0, name.indexOf('/')), name, 64, 2);
        rows.add(rows.removeLast()
                .replace(
                        "\"keeps_state\"",
                        "\"precision\":\"" + precision + "\",\"storage\":\"" + storage + "\",\"keeps_state\"")
                .replace("\"ratio\":2e-7", "\"ratio\":" + error)
                .replace("\"tolerance\":5e-5", "\"tolerance\":" + 2 * error));
        return this;
    }

    /** A row whose engine says where its milliseconds go. */
    ResultsText profiled(String name, double medianMs, double kernelMs, double inMs, double outMs, String energyMj) {
        return profiled("prefill", name, 64, medianMs, kernelMs, inMs, outMs, energyMj);
    }

    /** The same of any length. */
    ResultsText profiled(
            String suite,
            String name,
            int T,
            double medianMs,
            double kernelMs,
            double inMs,
            double outMs,
            String energyMj) {
        ok(suite, name, T, medianMs);
        String row = rows.removeLast();
        rows.add(row.substring(0, row.length() - 1)
                + String.format(
                        Locale.ROOT,
                        ",\"profiled_runs\":3,\"kernel_ms\":%s,\"copy_in_ms\":%s,\"copy_out_ms\":%s,\"bytes_in\":64,"
                                + "\"bytes_out\":64,\"energy_mj\":%s,\"first_run_ms\":%s,\"compile_ms\":%s}",
                        kernelMs,
                        inMs,
                        outMs,
                        energyMj,
                        medianMs + 1500,
                        1400.0));
        return this;
    }

    /** A block that travelled. */
    ResultsText transfer(long bytes, double inRate, double outRate) {
        transfers.add("{\"engine\":\"tornado\",\"device\":\"opencl:0:0\",\"bytes\":" + bytes
                + ",\"status\":\"ok\",\"problem\":null,\"repeats\":3,\"median_ms\":1,\"p10_ms\":1,\"p90_ms\":2,"
                + "\"in_gbytes_per_s\":" + inRate + ",\"out_gbytes_per_s\":" + outRate + "}");
        return this;
    }

    /** One that did not. */
    ResultsText lost(long bytes, String problem) {
        transfers.add("{\"engine\":\"tornado\",\"device\":\"opencl:0:0\",\"bytes\":" + bytes
                + ",\"status\":\"failed\",\"problem\":\"" + problem + "\"}");
        return this;
    }

    /** A row that was not. */
    ResultsText failed(String suite, String name, String status, String problem) {
        return row(suite, name, 64, "\"status\":\"" + status + "\",\"problem\":\"" + problem + "\"");
    }

    private ResultsText row(String suite, String name, int T, String rest) {
        rows.add("{\"suite\":\"" + suite + "\",\"name\":\"" + name
                + "\",\"subject\":\"operation\",\"direction\":\"forward\",\"engine\":\"" + engine
                + "\",\"device\":\"" + device
                + "\",\"variant\":\"kda\",\"form\":\"chunk\",\"chunk_size\":32,\"keeps_state\":false,\"context\":0,"
                + "\"shape\":{\"B\":1,\"T\":" + T + ",\"H\":2,\"HV\":2,\"K\":8,\"V\":8,\"householders\":1,"
                + "\"gate\":\"channel\"},\"flops\":" + 1e6 * T + ",\"bytes\":" + 1e5 * T + ",\"state_bytes\":512,"
                + rest
                + "}");
        return this;
    }

    @Override
    public String toString() {
        return "{\"schema\":\"deltarule-bench/4\",\"version\":\"1\"," + more
                + "\"time\":\"2026-11-21T12:00:00Z\",\"suite\":\"quick\","
                + "\"machine\":{\"processor\":\"" + processor + "\",\"processors\":2,\"memory_bytes\":25000000000,"
                + "\"cache_bytes\":33554432,\"system\":\"Linux\",\"java\":\"25\"" + machine + "},"
                + "\"devices\":[{\"engine\":\"cpu\",\"id\":\"cpu\",\"name\":\"cores\",\"kind\":\"cpu\",\"backend\":\"OpenBLAS\","
                + "\"memory_bytes\":0,\"status\":\"measured\",\"reason\":null,"
                + (more.isEmpty() ? "" : "\"versions\":{\"OpenBLAS kernels\":\"Cooperlake\"},")
                + "\"ceilings\":{\"threads\":2,"
                + CPU_CEILINGS + ",\"status\":\"ok\",\"problem\":null}},"
                + "{\"engine\":\"tornado\",\"id\":\"opencl:0:0\",\"name\":\"pocl\",\"kind\":\"cpu\",\"backend\":\"OpenCL\","
                + "\"memory_bytes\":0,\"status\":\"skipped\",\"reason\":\"measured by name only\",\"ceilings\":null}"
                + gpu()
                + "\"busy\":[" + String.join(",", busy) + "],\"model\":" + model + ","
                + "\"ratios\":{\"one_over_other\":{\"ratio\":2,\"subject\":4,\"baseline\":2,\"unit\":\"ms\","
                + "\"meaning\":\"one over the other\"}},\"transfers\":[" + String.join(",", transfers)
                + "],\"results\":["
                + String.join(",", rows) + "]}";
    }

    private String gpu() {
        return (rows.stream().noneMatch(row -> row.contains("cuda:0:0"))
                        ? ""
                        : ",{\"engine\":\"tornado\",\"id\":\"cuda:0:0\",\"name\":\"NVIDIA H200\",\"kind\":\"gpu\","
                                + "\"backend\":\"CUDA\",\"memory_bytes\":0,\"status\":\"measured\",\"reason\":null,"
                                + "\"ceilings\":{\"threads\":null," + GPU_CEILINGS + ","
                                + "\"status\":\"ok\",\"problem\":null}}")
                + "],";
    }

    /** As version 3 wrote it. */
    String version3() {
        return toString()
                .replace("deltarule-bench/4", "deltarule-bench/3")
                .replace(CPU_CEILINGS, "\"sgemm_gflops\":200,\"copy_gbytes_per_s\":40")
                .replace(GPU_CEILINGS, "\"sgemm_gflops\":31500,\"copy_gbytes_per_s\":4100")
                .replace("\"busy\":[],\"model\":null,", "");
    }

    /** As version 2 wrote it. */
    String version2() {
        return version3()
                .replace("deltarule-bench/3", "deltarule-bench/2")
                .replace("\"subject\":\"operation\",", "")
                .replace(",\"status\":\"ok\",\"problem\":null}}", "}}")
                .replace("\"transfers\":[]", "\"wrong_models\":[\"a model differs\"]");
    }
}
