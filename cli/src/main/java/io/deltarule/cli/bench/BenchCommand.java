package io.deltarule.cli.bench;

import io.deltarule.bench.document.ResultsDocument;
import io.deltarule.bench.peer.LlamaBench;
import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.Provenance;
import io.deltarule.bench.suite.ModelComparison;
import io.deltarule.bench.suite.SingleRun;
import io.deltarule.bench.suite.Suite;
import io.deltarule.bench.suite.SuiteFilter;
import io.deltarule.bench.suite.SuiteLevel;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.workload.Workload;
import io.deltarule.bench.workload.WorkloadNumbers;
import io.deltarule.cli.option.EngineChoice;
import io.deltarule.cli.option.FormConverter;
import io.deltarule.cli.option.MemoryNeed;
import io.deltarule.cli.option.PrecisionConverter;
import io.deltarule.cli.option.StorageConverter;
import io.deltarule.cli.output.ExitCode;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.OutputPath;
import io.deltarule.cli.output.Progress;
import io.deltarule.cli.output.Version;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Engines;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Variant;
import io.deltarule.core.measure.PeerEngine;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the default set, or one operation. */
@Command(
        name = "bench",
        description = {
            "Measures speed, each configuration verified against float64 just before it is timed.",
            "Without options of an operation: the standard suite, about two minutes, on the CPU and every GPU found, with a"
                    + " report to look at. With any of them: that one operation."
        })
public final class BenchCommand implements Callable<Integer> {
    /** What one operation is unless options say otherwise; smaller where a device is slow by nature. */
    private record Defaults(int T, int heads, int size) {
        static final Defaults FAST = new Defaults(1024, 32, 128);
        static final Defaults SLOW = new Defaults(64, 2, 32);
    }

    /** Options of one operation; any of them turns the default set off. */
    static final class OperationOptions {
        @Option(names = "--variant", paramLabel = "NAME", description = "Variant (default: gated_delta_rule).")
        private String variant;

        @Option(names = "--engine", paramLabel = "NAME", description = "reference, cpu, tornado or auto (default).")
        private String engine;

        @Option(names = "--device", paramLabel = "ID", description = "As 'deltarule devices' lists them.")
        private String device;

        @Option(
                names = "--form",
                paramLabel = "FORM",
                converter = FormConverter.class,
                description = "chunk, recurrent, or auto (default): what the engine finds faster; recurrent with --T 1"
                        + " decodes, keeping the state.")
        private Form form;

        @Option(names = "--B", paramLabel = "N", description = "Batch (default: 1).")
        private Integer batch;

        @Option(names = "--T", paramLabel = "N", description = "Tokens (default: 1024; 64 on the emulator and PoCL).")
        private Integer tokens;

        @Option(
                names = "--heads",
                paramLabel = "N",
                description = "Query and key heads (default: 32; 2 on the emulator and PoCL).")
        private Integer heads;

        @Option(names = "--value-heads", paramLabel = "N", description = "Value heads (default: as many as --heads).")
        private Integer valueHeads;

        @Option(names = "--K", paramLabel = "N", description = "Key channels (default: 128; 32 as above).")
        private Integer keySize;

        @Option(names = "--V", paramLabel = "N", description = "Value channels (default: 128; 32 as above).")
        private Integer valueSize;

        @Option(names = "--householders", paramLabel = "N", description = "Micro-steps per token (default: 1).")
        private Integer householders;

        @Option(
                names = "--chunk-size",
                paramLabel = "C",
                description = "Tokens per chunk; 0 for the engine's own, the default.")
        private Integer chunkSize;

        @Option(
                names = "--precision",
                paramLabel = "P",
                converter = PrecisionConverter.class,
                description =
                        "Numbers of products: float32 (default), tensor or tensor2, as op has them; not beside --suite.")
        private Precision precision;

        @Option(
                names = "--storage",
                paramLabel = "S",
                converter = StorageConverter.class,
                description =
                        "Numbers of tensors: float32 (default), bfloat16 or float16, as op has them; not beside --suite.")
        private Storage storage;

        @Option(
                names = "--resident",
                description = "Keep the tensors where the engine computes, so that runs copy none of them.")
        private boolean resident;

        /** What it says of a suite rather than of one operation. */
        SuiteFilter filter(String direction) {
            boolean sized = batch != null
                    || tokens != null
                    || heads != null
                    || valueHeads != null
                    || keySize != null
                    || valueSize != null
                    || householders != null
                    || chunkSize != null
                    || precision != null
                    || storage != null
                    || resident;
            if (sized) {
                throw new InvalidInputException(
                        "--suite: expected only --variant, --form, --direction, --engine and"
                                + " --device beside it but found sizes, --precision, --storage or --resident; without --suite they describe one operation");
            }
            if (engine != null || device != null) {
                EngineChoice.of(or(engine, "auto"), device); // says what is wrong with the names
            }
            return new SuiteFilter(engine, device, variant == null ? null : Variant.named(variant), form, direction);
        }

        Workload workload() {
            return resident ? onHost().staying() : onHost();
        }

        private Workload onHost() {
            EngineChoice choice = EngineChoice.of(or(engine, "auto"), device);
            Device where = choice.engine().devices().stream()
                    .filter(d -> device == null ? d.automatic() : d.id().equals(device))
                    .findFirst()
                    .orElse(choice.engine().devices().getFirst());
            Defaults defaults =
                    where.automatic() || choice.engine() instanceof PeerEngine ? Defaults.FAST : Defaults.SLOW;
            Variant chosen = Variant.named(or(variant, Variant.GATED_DELTA_RULE.id()));
            int B = or(batch, 1);
            int H = or(heads, defaults.heads());
            DeltaShape shape = new DeltaShape(
                    B,
                    or(tokens, defaults.T()),
                    H,
                    or(valueHeads, H),
                    or(keySize, defaults.size()),
                    or(valueSize, defaults.size()),
                    or(householders, 1),
                    B,
                    gate(chosen),
                    chosen.inputs().contains(Input.R));
            if (shape.tokens() < 1) {
                throw new InvalidInputException("--B and --T: expected at least 1 but found B=" + B + ", T=" + shape.T()
                        + "; nothing to time without tokens");
            }
            boolean decodes = form == Form.RECURRENT && shape.T() == 1;
            WorkloadNumbers numbers =
                    new WorkloadNumbers(or(precision, Precision.FLOAT32), or(storage, Storage.FLOAT32));
            Workload workload = Workload.prefill(
                            decodes ? "decode" : "prefill", choice.engine(), where.id(), chosen, shape)
                    .in(numbers);
            if (decodes) {
                return workload.keepingState();
            }
            if (chunkSize != null) { // who gives a size wants chunks
                Workload chunked = workload.in(form == Form.RECURRENT ? form : Form.CHUNK);
                return chunkSize == PlanSpec.OWN_CHUNK_SIZE ? chunked : chunked.withChunkSize(chunkSize);
            }
            Workload asked = workload.in(or(form, Form.AUTO));
            return asked.in(choice.engine().form(asked.spec(), shape.T(), true));
        }

        /** A variant that exists with and without a gate is measured with its widest; DeltaProduct with its paper's. */
        private static Gate gate(Variant variant) {
            return variant == Variant.GATED_DELTA_PRODUCT
                    ? Gate.SCALAR
                    : variant.gates().stream().max(Gate::compareTo).orElseThrow();
        }

        private static <T> T or(T value, T otherwise) {
            return value == null ? otherwise : value;
        }
    }

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--suite",
            paramLabel = "NAME",
            description = "quick, standard (default, about two minutes on a CPU) or full; --variant, --form,"
                    + " --direction, --engine and --device then choose a part of it.")
    private String suite;

    @Option(
            names = "--direction",
            paramLabel = "NAME",
            description = "Only this part of a suite: forward, backward or decode.")
    private String direction;

    @ArgGroup(exclusive = false, heading = "One operation:%n")
    private OperationOptions operation;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            description =
                    "Time exactly this many runs of one operation (default: as many as --seconds allow); of a model,"
                            + " rounds of two runs (default: 3).")
    private Integer repeats;

    @Option(
            names = "--seconds",
            paramLabel = "X",
            description = "Time one operation for so long (default: 3); without one, scales the default set (8 for its"
                    + " longest group).")
    private Double seconds;

    @Option(
            names = "--json",
            arity = "0..1",
            paramLabel = "FILE",
            fallbackValue = "-",
            description = "Write a JSON document to FILE, or without FILE to standard output in place of the table.")
    private String json;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "Measure prefill and decoding of this model alone, a GGUF file or a folder, on the CPU.")
    private Path model;

    @Option(
            names = "--llama-bench",
            paramLabel = "PROGRAM",
            description =
                    "With --model: llama.cpp's own llama-bench, which measures the same GGUF file in turn with it.")
    private Path llamaBench;

    @Option(
            names = "--peers",
            description =
                    "Measure other libraries too, beside the CPU engine: PyTorch, and transformers where Python has"
                            + " it. The first time ./deltarule builds what that needs, a download of 120 MB.")
    private boolean peers;

    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            description = "Where the default set leaves results.json, results.csv and report.html (default:"
                    + " deltarule-results). One operation leaves them only where this is given.")
    private Path output;

    @Override
    public Integer call() {
        check();
        boolean whole = model == null && (suite != null || direction != null || operation == null);
        SuiteLevel level = SuiteLevel.named(suite == null ? SuiteLevel.STANDARD.id() : suite);
        SuiteFilter filter = whole && operation != null
                ? operation.filter(direction)
                : new SuiteFilter(null, null, null, null, direction);
        ResultsFolder folder = output != null
                ? ResultsFolder.at(output)
                : whole ? ResultsFolder.at(Path.of("deltarule-results")) : null;
        Path file = json == null || json.equals("-") ? null : Path.of(json);
        if (file != null) {
            OutputPath.check("--json", file);
        }
        // Before progress is drawn: choosing an engine may log why.
        Workload workload = whole || model != null ? null : operation.workload();
        if (workload != null) {
            MemoryNeed.check(workload.shape());
        }
        BenchResults results;
        try (Progress progress = Progress.start("bench")) {
            if (model != null) {
                LlamaBench peer = llamaBench == null ? null : new LlamaBench(llamaBench);
                results = ModelComparison.of(model, peer, repeats).run(Version.text(), progress::say);
            } else {
                results = workload == null
                        ? new Suite(progress::say, seconds == null ? 1 : seconds / 8, level, filter).run()
                        : SingleRun.of(workload, timer(), progress::say);
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        String document = Json.text(ResultsDocument.of(results, provenance()));
        if (json != null && file == null) {
            out.println(document);
        } else {
            BenchText.print(results, out);
        }
        if (file != null) {
            OutputPath.writeWhole(file, document + System.lineSeparator());
        }
        if (folder != null) {
            folder.write(document);
            spec.commandLine().getErr().println("deltarule: wrote " + folder.page());
        }
        return results.faulty() ? ExitCode.MISMATCH : ExitCode.OK;
    }

    private Provenance provenance() {
        return new Provenance(
                Version.text(),
                Version.commit(),
                "deltarule "
                        + String.join(
                                " ", spec.root().commandLine().getParseResult().originalArgs()),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                SoftwareVersions.ofEngines());
    }

    private void check() {
        if (peers && Engines.all().stream().noneMatch(PeerEngine.class::isInstance)) {
            throw new EngineUnavailableException(
                    "--peers: expected another library's engine on the class path but found"
                            + " none; start through ./deltarule, which builds and adds it");
        }
        checkModel();
        if (repeats != null && repeats < 1) {
            throw new InvalidInputException("--repeats: expected at least 1 but found " + repeats);
        }
        if (repeats != null && operation == null && model == null) {
            throw new InvalidInputException("--repeats: expected one operation or a --model to repeat but found none;"
                    + " name its --variant, for example");
        }
        if (repeats != null && suite != null) {
            throw new InvalidInputException("--repeats: expected one operation to repeat but found --suite");
        }
        if (direction != null && !List.of("forward", "backward", "decode").contains(direction)) {
            throw new InvalidInputException(
                    "--direction: expected forward, backward or decode but found '" + direction + "'");
        }
        if (seconds != null && !(seconds > 0 && seconds < 86_400)) {
            throw new InvalidInputException("--seconds: expected more than 0 and less than a day but found " + seconds);
        }
    }

    private void checkModel() {
        if (llamaBench != null && model == null) {
            throw new InvalidInputException(
                    "--llama-bench: expected a GGUF file to measure but found none; name it with"
                            + " --model FILE.gguf");
        }
        if (model == null) {
            return;
        }
        if (operation != null || suite != null || direction != null || seconds != null || peers) {
            throw new InvalidInputException(
                    "--model: expected only --llama-bench, --repeats, --json and --output beside it"
                            + " but found other options; measure the rest by a command of its own");
        }
        if (llamaBench != null && !Files.isRegularFile(model)) {
            throw new InvalidInputException("--llama-bench: expected --model to be a GGUF file, which llama.cpp reads,"
                    + " but found " + (Files.exists(model) ? "the folder " : "nothing at ") + model
                    + "; write one with 'deltarule convert'");
        }
    }

    private InterleavedTimer timer() {
        return repeats == null
                ? InterleavedTimer.forSeconds(seconds == null ? 3 : seconds)
                : InterleavedTimer.repeats(repeats);
    }
}
