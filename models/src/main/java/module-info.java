/** Layers and models of the delta-rule family, their formats, and sessions that run them. */
module io.deltarule.models {
    requires transitive io.deltarule.core;
    requires transitive io.deltarule.loader;
    requires ai.djl.api;
    requires ai.djl.tokenizers;
    requires com.fasterxml.jackson.databind;
    requires com.google.gson; // DJL's modules are automatic: they cannot say that they use this and SLF4J
    requires jdk.management;
    requires org.slf4j;

    exports io.deltarule.models;
    exports io.deltarule.models.chat;
    exports io.deltarule.models.corpus;
    exports io.deltarule.models.format;
    exports io.deltarule.models.format.config to
            io.deltarule.training;
    exports io.deltarule.models.format.convert to
            io.deltarule.cli;
    exports io.deltarule.models.inference;
    exports io.deltarule.models.jet;
    exports io.deltarule.models.rwkv7;
    exports io.deltarule.models.segment;
    exports io.deltarule.models.training;
}
