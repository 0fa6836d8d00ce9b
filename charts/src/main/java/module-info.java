/** Charts as SVG, for the benchmark's report and the experiments' figures. */
module io.deltarule.chart {
    exports io.deltarule.chart to
            io.deltarule.bench,
            io.deltarule.experiments,
            io.deltarule.training,
            io.deltarule.cli;
}
