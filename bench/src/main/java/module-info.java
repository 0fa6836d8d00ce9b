/** Benchmarks and reports, for the command line. */
module io.deltarule.bench {
    requires transitive io.deltarule.core;
    requires com.fasterxml.jackson.databind;
    requires com.samskivert.jmustache;
    requires io.deltarule.chart;
    requires io.deltarule.models;
    requires io.deltarule.training;
    requires jdk.management;

    exports io.deltarule.bench.document to
            io.deltarule.cli;
    exports io.deltarule.bench.peer to
            io.deltarule.cli;
    exports io.deltarule.bench.prepared to
            io.deltarule.experiments;
    exports io.deltarule.bench.report to
            io.deltarule.cli;
    exports io.deltarule.bench.result to
            io.deltarule.cli;
    exports io.deltarule.bench.suite to
            io.deltarule.cli;
    exports io.deltarule.bench.timing to
            io.deltarule.cli,
            io.deltarule.experiments;
    exports io.deltarule.bench.verification to
            io.deltarule.cli;
    exports io.deltarule.bench.workload to
            io.deltarule.cli,
            io.deltarule.experiments;
}
