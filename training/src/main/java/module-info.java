/** Training: a loop over programs and arenas, optimisers, tasks, and runs in a folder that can be interrupted and continued. */
module io.deltarule.training {
    requires transitive io.deltarule.core;
    requires transitive io.deltarule.models;
    requires com.fasterxml.jackson.databind;
    requires io.deltarule.chart;
    requires io.deltarule.loader;

    exports io.deltarule.training;
    exports io.deltarule.training.task;
    exports io.deltarule.training.run to
            io.deltarule.cli;
}
