/** Experiments that papers describe, at a small size, for the command line. */
module io.deltarule.experiments {
    requires transitive io.deltarule.chart;
    requires transitive io.deltarule.core;
    requires io.deltarule.bench;
    requires io.deltarule.models;
    requires io.deltarule.training;

    exports io.deltarule.experiments to
            io.deltarule.cli;
    exports io.deltarule.experiments.learned to
            io.deltarule.cli;
    exports io.deltarule.experiments.retrieval to
            io.deltarule.cli;
    exports io.deltarule.experiments.speed to
            io.deltarule.cli;
    exports io.deltarule.experiments.state to
            io.deltarule.cli;
}
