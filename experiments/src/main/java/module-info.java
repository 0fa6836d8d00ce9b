/** Experiments that papers describe, at a small size, for the command line. */
module io.deltarule.experiments {
    requires transitive io.deltarule.chart;
    requires transitive io.deltarule.core;
    requires io.deltarule.bench;

    exports io.deltarule.experiments to
            io.deltarule.cli;
    exports io.deltarule.experiments.retrieval to
            io.deltarule.cli;
    exports io.deltarule.experiments.speed to
            io.deltarule.cli;
    exports io.deltarule.experiments.state to
            io.deltarule.cli;
}
