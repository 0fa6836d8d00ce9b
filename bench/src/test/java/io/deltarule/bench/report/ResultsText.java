package io.deltarule.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results files written by hand, so that the report's tests need no measurement. */
final class ResultsText {
    private final List<String> rows = new ArrayList<>();
    private String processor = "Some processor";

    ResultsText processor(String name) {
        processor = name;
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

    /** A row that was not. */
    ResultsText failed(String suite, String name, String status, String problem) {
        return row(suite, name, 64, "\"status\":\"" + status + "\",\"problem\":\"" + problem + "\"");
    }

    private ResultsText row(String suite, String name, int T, String rest) {
        rows.add("{\"suite\":\"" + suite + "\",\"name\":\"" + name + "\",\"direction\":\"forward\",\"engine\":\"cpu\","
                + "\"device\":\"cpu\",\"variant\":\"kda\",\"form\":\"chunk\",\"keeps_state\":false,\"context\":0,"
                + "\"shape\":{\"B\":1,\"T\":" + T + ",\"H\":2,\"HV\":2,\"K\":8,\"V\":8,\"householders\":1,"
                + "\"gate\":\"channel\"},\"flops\":" + 1e6 * T + ",\"bytes\":" + 1e5 * T + ",\"state_bytes\":512,"
                + rest
                + "}");
        return this;
    }

    @Override
    public String toString() {
        return "{\"schema\":\"deltarule-bench/2\",\"version\":\"1\",\"time\":\"2026-11-21T12:00:00Z\",\"suite\":\"quick\","
                + "\"machine\":{\"processor\":\"" + processor + "\",\"processors\":2,\"memory_bytes\":25000000000,"
                + "\"cache_bytes\":33554432,\"system\":\"Linux\",\"java\":\"25\"},"
                + "\"devices\":[{\"engine\":\"cpu\",\"id\":\"cpu\",\"name\":\"cores\",\"kind\":\"cpu\",\"backend\":\"OpenBLAS\","
                + "\"memory_bytes\":0,\"status\":\"measured\",\"reason\":null,\"ceilings\":{\"threads\":2,"
                + "\"sgemm_gflops\":200,\"copy_gbytes_per_s\":40}},"
                + "{\"engine\":\"tornado\",\"id\":\"opencl:0:0\",\"name\":\"pocl\",\"kind\":\"cpu\",\"backend\":\"OpenCL\","
                + "\"memory_bytes\":0,\"status\":\"skipped\",\"reason\":\"measured by name only\",\"ceilings\":null}],"
                + "\"ratios\":{\"one_over_other\":{\"ratio\":2,\"subject\":4,\"baseline\":2,\"unit\":\"ms\","
                + "\"meaning\":\"one over the other\"}},\"wrong_models\":[\"a model differs\"],\"results\":["
                + String.join(",", rows) + "]}";
    }
}
