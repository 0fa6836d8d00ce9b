package io.deltarule.cli.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command over a corpus. */
abstract class CorpusCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private SparkCommand spark;

    @Mixin
    private CorpusOptions options;

    /** Adds what only this command has. */
    abstract void complete(ObjectNode job);

    final CorpusOptions options() {
        return options;
    }

    final CommandSpec spec() {
        return spec;
    }

    @Override
    public final void run() {
        ObjectNode job = options.job(spec.name());
        complete(job);
        boolean debug = Boolean.TRUE.equals(spec.findOption("--debug").getValue());
        spark.run(job, options, debug);
    }
}
