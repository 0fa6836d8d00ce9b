package io.deltarule.cli.operation;

import io.deltarule.cli.option.EngineChoice;
import io.deltarule.cli.option.FormConverter;
import io.deltarule.cli.option.MemoryNeed;
import io.deltarule.cli.option.PrecisionConverter;
import io.deltarule.cli.option.StorageConverter;
import io.deltarule.cli.output.OutputPath;
import io.deltarule.cli.output.Progress;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.loader.SafetensorsFile;
import io.deltarule.loader.SafetensorsWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
                    + " kda, comba, gdn2, gated_delta_product, deltalens, ssd, rwkv7) and may give householders (n), scale"
                    + " (default K^-1/2) and gate (none, scalar, channel).",
            "With --backward it also holds gradients of the outputs, d_o, d_final_state and d_o_cross (those that are"
                    + " missing are zeros, one has to be there), and the output gets d_initial_state and d_NAME for each"
                    + " of the input's q, k, v, ..."
        })
public final class OpCommand implements Runnable {
    /** Larger chunks are of no use: the work per token grows with the chunk, and every thread keeps all of it. */
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
            defaultValue = "auto",
            paramLabel = "FORM",
            converter = FormConverter.class,
            description = "chunk, recurrent, or auto: what the engine finds faster (default: ${DEFAULT-VALUE}).")
    private Form form;

    @Option(
            names = "--chunk-size",
            paramLabel = "C",
            description = "Tokens per chunk (default: the engine's own, 64 for most).")
    private Integer chunkSize;

    @Option(
            names = "--precision",
            defaultValue = "float32",
            paramLabel = "P",
            converter = PrecisionConverter.class,
            description =
                    "float32, tensor (products on tensor cores, operands rounded to bfloat16) or tensor2 (operands that"
                            + " are the sum of two bfloat16 numbers): engine tornado on a device of its CUDA backend or the emulator,"
                            + " forward, in chunks, without a gate or with one number per head (default: ${DEFAULT-VALUE}).")
    private Precision precision;

    @Option(
            names = "--storage",
            defaultValue = "float32",
            paramLabel = "S",
            converter = StorageConverter.class,
            description =
                    "Numbers of inputs, read-outs and what kernels hand on to each other: float32, bfloat16 or float16;"
                            + " states, sums and log-decays are float32. Engine tornado alone has 16 bits, forward"
                            + " (default: ${DEFAULT-VALUE}).")
    private Storage storage;

    @Option(
            names = "--backward",
            description = "Also the gradients of all inputs, from d_o, d_final_state and d_o_cross in the input file."
                    + " Engine reference does it in both forms, cpu and tornado in chunks.")
    private boolean backward;

    @Override
    public void run() {
        if (chunkSize != null && (chunkSize < 1 || chunkSize > LARGEST_CHUNK)) {
            throw new InvalidInputException(
                    "--chunk-size: expected 1 to " + LARGEST_CHUNK + " but found " + chunkSize + "; 64 is usual");
        }
        OutputPath.check("--output", output, input);
        try (Arena arena = Arena.ofShared();
                SafetensorsFile file = SafetensorsFile.open(input)) {
            LoadedOperation operation = OperationFile.read(input, file, arena, backward);
            MemoryNeed.check(operation.shape(), backward ? 2 : 1);
            run(operation, arena);
        }
    }

    private void run(LoadedOperation operation, Arena arena) {
        DeltaShape shape = operation.shape();
        EngineChoice choice = EngineChoice.of(engine, device);
        PlanSpec plan = new PlanSpec(
                operation.variant(),
                shape,
                form,
                PlanSpec.OWN_CHUNK_SIZE,
                operation.scale(),
                false,
                choice.device(),
                precision,
                storage);
        if (chunkSize != null) { // who gives a size wants chunks
            plan = plan.orForm(Form.CHUNK).withChunkSize(chunkSize);
        }
        DeltaOutputs out = outputs(shape, arena);
        DeltaGradients gradients = backward ? gradients(operation, arena) : null;
        long nanos;
        long backwardNanos = 0;
        try (Progress _ = Progress.start(
                operation.variant().id() + " on " + choice.engine().name())) {
            if (backward) { // first, so that an engine that refuses does so at once
                try (GradientPlan made = choice.engine().gradientPlan(plan)) {
                    long begun = System.nanoTime();
                    made.run(operation.inputs(), operation.cotangents(), gradients);
                    backwardNanos = System.nanoTime() - begun;
                }
            }
            try (DeltaPlan made = choice.engine().plan(plan)) {
                long begun = System.nanoTime();
                made.run(operation.inputs(), out);
                nanos = System.nanoTime() - begun;
            }
        }
        Map<String, Tensor> results = results(out, gradients);
        results.forEach(OpCommand::checkFinite);
        plan = plan.orChunkSize(choice.engine().chunkSize(shape.gate()));
        Form ran = formOf(operation, choice, plan);
        write(operation, choice, plan.withForm(ran), results);
        spec.commandLine()
                .getOut()
                .println(String.format(
                        Locale.ROOT,
                        "%s: %s; %s, %s, form %s, %s%.1f ms%s",
                        output,
                        results.entrySet().stream()
                                .map(e -> e.getKey() + " " + e.getValue())
                                .collect(Collectors.joining(", ")),
                        operation.variant().id(),
                        choice.inWords(),
                        ran.id(),
                        (precision == Precision.FLOAT32 ? "" : "precision " + precision.id() + ", ")
                                + (storage == Storage.FLOAT32 ? "" : "storage " + storage.id() + ", "),
                        nanos / 1e6,
                        backward ? String.format(Locale.ROOT, ", backward %.1f ms", backwardNanos / 1e6) : ""));
    }

    /** The form in which all sequences ran, or auto where they did not all run in the same. */
    private static Form formOf(LoadedOperation operation, EngineChoice choice, PlanSpec plan) {
        DeltaInputs in = operation.inputs();
        int[] ends = in.boundaries(operation.shape());
        List<Form> forms = IntStream.range(0, ends.length - 1)
                .filter(i -> ends[i + 1] > ends[i])
                .mapToObj(i -> choice.engine().form(plan, ends[i + 1] - ends[i], in.initialState() == null))
                .distinct()
                .toList();
        return forms.size() == 1 ? forms.getFirst() : plan.form();
    }

    /** Poisoned, so that what an engine does not write is not taken for a result. */
    private static Tensor poisoned(Arena arena, int... dims) {
        return Tensor.allocate(arena, dims).fill(Float.NaN);
    }

    private static DeltaOutputs outputs(DeltaShape shape, Arena arena) {
        return new DeltaOutputs(
                poisoned(arena, shape.readOut()),
                shape.crossRead() ? poisoned(arena, shape.readOut()) : null,
                poisoned(arena, shape.state().dims()));
    }

    private static DeltaGradients gradients(LoadedOperation operation, Arena arena) {
        DeltaShape shape = operation.shape();
        Map<Input, Tensor> tensors = new EnumMap<>(Input.class);
        operation.inputs().tensors().forEach((input, tensor) -> tensors.put(input, poisoned(arena, tensor.dims())));
        return new DeltaGradients(
                tensors,
                shape.logLinear() ? null : poisoned(arena, shape.state().dims()));
    }

    /** All that was computed, by the names that files give it. */
    private static Map<String, Tensor> results(DeltaOutputs out, DeltaGradients gradients) {
        Map<String, Tensor> results = new LinkedHashMap<>();
        results.put("o", out.o());
        if (out.oCross() != null) {
            results.put("o_cross", out.oCross());
        }
        results.put("final_state", out.finalState());
        if (gradients != null) {
            gradients.tensors().forEach((input, tensor) -> results.put("d_" + input.id(), tensor));
            if (gradients.initialState() != null) {
                results.put("d_initial_state", gradients.initialState());
            }
        }
        return results;
    }

    /** Finite inputs overflow where keys are not normalised: the state then grows with every token. */
    private static void checkFinite(String name, Tensor tensor) {
        for (long i = 0, n = tensor.size(); i < n; i++) {
            if (!Float.isFinite(tensor.get(i))) {
                throw new InvalidInputException(name + ": expected finite results but found " + tensor.get(i)
                        + " at index " + i + " of " + tensor + "; the state grows past float32 when keys are not of"
                        + " length 1 or beta is above 2: normalise the keys, or see how far --engine"
                        + " reference --form recurrent comes");
            }
        }
    }

    private void write(LoadedOperation operation, EngineChoice choice, PlanSpec plan, Map<String, Tensor> results) {
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("variant", operation.variant().id())
                .metadata("householders", Integer.toString(operation.shape().householders()))
                .metadata("scale", Double.toString(operation.scale()))
                .metadata("gate", operation.shape().gate().id())
                .metadata("engine", choice.engine().name())
                .metadata("device", choice.deviceId())
                .metadata("form", plan.form().id())
                .metadata("precision", plan.precision().id())
                .metadata("storage", plan.storage().id());
        if (plan.form() != Form.RECURRENT) {
            writer.metadata("chunk_size", Integer.toString(plan.chunkSize()));
        }
        results.forEach((name, tensor) -> writer.addFloats(name, longs(tensor.dims()), tensor.data()));
        if (operation.shape().logLinear()) {
            writer.addLongs("position", new long[] {operation.shape().sequences()}, positions(operation));
        }
        writer.write(output);
    }

    /** Tokens that each sequence has had, without which log-linear states mean nothing. */
    private static long[] positions(LoadedOperation operation) {
        int[] ends = operation.inputs().boundaries(operation.shape());
        long[] positions = new long[ends.length - 1];
        Arrays.setAll(positions, i -> ends[i + 1] - ends[i]);
        return positions;
    }

    private static long[] longs(int[] dims) {
        return Arrays.stream(dims).asLongStream().toArray();
    }
}
