/**
 * The delta rule: its inputs, plans and engines. Users see {@link io.deltarule.core} and {@link io.deltarule.core.layer}; what
 * only other modules of this project build on is exported to those modules alone, and how engines compute to nobody.
 */
module io.deltarule.core {
    requires jdk.incubator.vector;
    requires org.bytedeco.javacpp;
    requires org.bytedeco.openblas;

    exports io.deltarule.core;
    exports io.deltarule.core.layer;
    exports io.deltarule.core.resident;
    exports io.deltarule.core.training;
    exports io.deltarule.core.engine to
            io.deltarule.tornado,
            io.deltarule.bench,
            io.deltarule.cli;
    exports io.deltarule.core.measure to
            io.deltarule.tornado,
            io.deltarule.bench,
            io.deltarule.cli;

    uses io.deltarule.core.DeltaEngine;

    provides io.deltarule.core.DeltaEngine with
            io.deltarule.core.reference.ReferenceEngine,
            io.deltarule.core.cpu.CpuEngine;
}
