/** The command line. Nobody builds on it: it exports nothing, and opens its commands to the library that fills them. */
module io.deltarule.cli {
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires io.deltarule.bench;
    requires io.deltarule.chart;
    requires io.deltarule.core;
    requires io.deltarule.experiments;
    requires io.deltarule.models;
    requires io.deltarule.sdk;
    requires io.deltarule.training;
    requires java.logging;
    requires jdk.management;
    requires org.jline.reader;
    requires org.jline.terminal;

    opens io.deltarule.cli to
            info.picocli;
    opens io.deltarule.cli.bench to
            info.picocli;
    opens io.deltarule.cli.chat to
            info.picocli;
    opens io.deltarule.cli.experiment to
            info.picocli;
    opens io.deltarule.cli.model to
            info.picocli;
    opens io.deltarule.cli.operation to
            info.picocli;
    opens io.deltarule.cli.option to
            info.picocli;
    opens io.deltarule.cli.output to
            info.picocli;
    opens io.deltarule.cli.pack to
            info.picocli;
    opens io.deltarule.cli.sdk to
            info.picocli;
    opens io.deltarule.cli.spark to
            info.picocli;
    opens io.deltarule.cli.train to
            info.picocli;
}
