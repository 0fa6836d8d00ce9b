/** Experiments that papers describe, at a small size, for the command line. */
module io.deltarule.experiments {
    requires io.deltarule.core;
    requires java.desktop;
    requires VectorGraphics2D;
    requires xchart;

    exports io.deltarule.experiments.retrieval to
            io.deltarule.cli;
}
