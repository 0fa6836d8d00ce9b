package io.deltarule.bench.cli;

import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.SafetensorsWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs one operation on the tensors of a file. */
@Command(
        name = "op",
        description = {
            "Runs one operation on the tensors of a safetensors file and writes o and final_state to another.",
            "The input holds q [B,T,H,K], k [B,T*n,H,K], v [B,T*n,HV,V], beta [B,T*n,HV] and, where the variant has"
                    + " them, g [B,T,HV] or [B,T,HV,K], p, b, w, initial_state [N,HV,K,V] and cu_seqlens (I64 [N+1],"
                    + " packed sequences with B = 1). Its metadata names the variant (delta_rule, gated_delta_rule,"
                    + " kda, comba, gdn2, gated_delta_product) and may give householders (n), scale (default K^-1/2)"
                    + " and gate (none, scalar, channel)."
        })
final class OpCommand implements Runnable {
    /** More is no use: the work per token grows with the chunk, and all of it is kept per thread. */
    private static final int LARGEST_CHUNK = 4096;

    @Spec
    private CommandSpec spec;

    @Option(names = "--input", required = true, paramLabel = "F", description = "The operation file to read.")
    private Path input;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "G",
            description = "The file to write; it appears whole or not at all.")
    private Path output;

    @Option(
            names = "--engine",
            defaultValue = "auto",
            paramLabel = "NAME",
            description = "reference (float64), cpu, tornado or auto: a TornadoVM GPU if there is one, else cpu"
                    + " (default: ${DEFAULT-VALUE}).")
    private String engine;

    @Option(
            names = "--device",
            paramLabel = "ID",
            description = "One of the engine's devices, as 'deltarule devices' lists them (default: its own choice).")
    private String device;

    @Option(
            names = "--form",
            defaultValue = "chunk",
            paramLabel = "FORM",
            converter = FormConverter.class,
            description = "chunk or recurrent (default: ${DEFAULT-VALUE}).")
    private Form form;

    @Option(
            names = "--chunk-size",
            defaultValue = "" + PlanSpec.DEFAULT_CHUNK_SIZE,
            paramLabel = "C",
            description = "Tokens per chunk (default: ${DEFAULT-VALUE}).")
    private int chunkSize;

    @Override
    public void run() {
        if (chunkSize < 1 || chunkSize > LARGEST_CHUNK) {
            throw new InvalidInputException(
                    "--chunk-size: expected 1 to " + LARGEST_CHUNK + " but found " + chunkSize + "; 64 is usual");
        }
        OutputPath.check("--output", output, input);
        try (Arena arena = Arena.ofShared();
                SafetensorsFile file = SafetensorsFile.open(input)) {
            Operation operation = OperationFile.read(input, file, arena);
            MemoryNeed.check(operation.shape());
            run(operation, arena);
        }
    }

    private void run(Operation operation, Arena arena) {
        DeltaShape shape = operation.shape();
        EngineChoice choice = EngineChoice.of(engine, device);
        PlanSpec plan =
                new PlanSpec(operation.variant(), shape, form, chunkSize, operation.scale(), false, choice.device());
        DeltaOutputs out = new DeltaOutputs(
                Tensor.allocate(arena, shape.B(), shape.T(), shape.HV(), shape.V()),
                shape.crossRead() ? Tensor.allocate(arena, shape.B(), shape.T(), shape.HV(), shape.V()) : null,
                Tensor.allocate(arena, shape.sequences(), shape.HV(), shape.K(), shape.V()));
        out.o().fill(Float.NaN);
        if (out.oCross() != null) {
            out.oCross().fill(Float.NaN);
        }
        out.finalState().fill(Float.NaN);
        long nanos;
        try (Progress _ = Progress.start(
                        operation.variant().id() + " on " + choice.engine().name());
                DeltaPlan made = choice.engine().plan(plan)) {
            long begun = System.nanoTime();
            made.run(operation.inputs(), out);
            nanos = System.nanoTime() - begun;
        }
        checkFinite("o", out.o());
        if (out.oCross() != null) {
            checkFinite("o_cross", out.oCross());
        }
        checkFinite("final_state", out.finalState());
        write(operation, choice, out);
        spec.commandLine()
                .getOut()
                .println(String.format(
                        Locale.ROOT,
                        "%s: o %s,%s final_state %s; %s, engine %s%s, form %s, %.1f ms",
                        output,
                        out.o(),
                        out.oCross() == null ? "" : " o_cross " + out.oCross() + ",",
                        out.finalState(),
                        operation.variant().id(),
                        choice.engine().name(),
                        choice.device() == null ? "" : ", device " + choice.device(),
                        form.id(),
                        nanos / 1e6));
    }

    /** Finite inputs overflow where keys are not normalised: the state then grows with every token. */
    private static void checkFinite(String name, Tensor tensor) {
        for (long i = 0, n = tensor.size(); i < n; i++) {
            if (!Float.isFinite(tensor.get(i))) {
                throw new InvalidInputException(name + ": expected finite results but found " + tensor.get(i)
                        + " at index " + i + " of " + tensor + "; the state grows past float32 when keys are not of"
                        + " length 1, beta is above 2 or g is positive: normalise the keys, or see how far --engine"
                        + " reference --form recurrent comes");
            }
        }
    }

    private void write(Operation operation, EngineChoice choice, DeltaOutputs out) {
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("variant", operation.variant().id())
                .metadata("householders", Integer.toString(operation.shape().householders()))
                .metadata("scale", Double.toString(operation.scale()))
                .metadata("gate", operation.shape().gate().id())
                .metadata("engine", choice.engine().name())
                .metadata("device", choice.device() == null ? "default" : choice.device())
                .metadata("form", form.id());
        if (form == Form.CHUNK) {
            writer.metadata("chunk_size", Integer.toString(chunkSize));
        }
        writer.addFloats("o", longs(out.o().dims()), out.o().data());
        if (out.oCross() != null) {
            writer.addFloats("o_cross", longs(out.oCross().dims()), out.oCross().data());
        }
        writer.addFloats(
                        "final_state",
                        longs(out.finalState().dims()),
                        out.finalState().data())
                .write(output);
    }

    private static long[] longs(int[] dims) {
        return Arrays.stream(dims).asLongStream().toArray();
    }
}
