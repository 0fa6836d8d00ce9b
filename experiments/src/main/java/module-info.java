/** Experiments that papers describe, at a small size, for the command line. */
module io.deltarule.experiments {
    requires io.deltarule.chart;
    requires io.deltarule.core;

    exports io.deltarule.experiments.retrieval to
            io.deltarule.cli;
}
