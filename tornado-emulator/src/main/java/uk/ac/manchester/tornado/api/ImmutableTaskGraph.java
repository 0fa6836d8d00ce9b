package uk.ac.manchester.tornado.api;

import io.deltarule.emulator.GraphDefinition;

/** A task graph that changes no more. */
public class ImmutableTaskGraph {

    private final GraphDefinition definition;

    ImmutableTaskGraph(GraphDefinition definition) {
        this.definition = definition;
    }

    GraphDefinition definition() {
        return definition;
    }
}
