package io.deltarule.bench.suite;

import io.deltarule.bench.load.CeilingMemory;
import io.deltarule.bench.load.LoadSigns;
import io.deltarule.bench.peer.LlamaBench;
import io.deltarule.bench.peer.LlamaBenchReport;
import io.deltarule.bench.result.BenchResults;
import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.result.DeviceStatus;
import io.deltarule.bench.result.ModelSpeeds;
import io.deltarule.bench.result.ProgramSpeed;
import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.timing.LoadAverage;
import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.timing.Timing;
import io.deltarule.bench.verification.Verification;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.format.ModelTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A model's file that the user names, on the CPU engine, and beside it on llama.cpp where the user names its llama-bench: prefill
 * and decoding, in turn with each other, on as many threads.
 */
public final class ModelComparison {
    /** Repeats of one start of llama-bench, and as many of ours beside it. */
    private static final int REPEATS = 2;

    private static final long COPY_SIZE = 256L << 20;

    private static final int ROUNDS = 3;

    /** Of a small model; a large one warms up in two rounds. */
    private static final long WARM_UP_NANOS = 1_000_000_000;

    private final Path file;
    private final LlamaBench peer;
    private final int prompt;
    private final int fresh;
    private final int rounds;
    private final CeilingMemory memory;

    /**
     * Of other sizes.
     *
     * @param prompt tokens of the prefill
     * @param fresh tokens that are decoded one by one
     * @param rounds how often both are measured in turn
     * @param memory of the best ceilings
     */
    ModelComparison(Path file, LlamaBench peer, int prompt, int fresh, int rounds, CeilingMemory memory) {
        this.file = file;
        this.peer = peer;
        this.prompt = prompt;
        this.fresh = fresh;
        this.rounds = rounds;
        this.memory = memory;
    }

    /**
     * A prompt of 512 tokens and 64 new ones.
     *
     * @param file a GGUF file, or for our engine alone a model's folder
     * @param peer llama-bench, or null
     * @param rounds how often both are measured in turn; null for three times
     */
    public static ModelComparison of(Path file, LlamaBench peer, Integer rounds) {
        return new ModelComparison(file, peer, 512, 64, rounds == null ? ROUNDS : rounds, CeilingMemory.ofUser());
    }

    /**
     * Measures.
     *
     * @param version of this program
     * @param listener told what is going on
     * @throws io.deltarule.core.InvalidInputException if a program does not read the file
     */
    public BenchResults run(String version, ProgressListener listener) {
        Machine machine = Machine.here();
        LoadAverage load = LoadAverage.start();
        DeltaEngine engine = Engines.named("cpu");
        try (ModelRun ours = new ModelRun(file, prompt, fresh)) {
            listener.begins("measuring the machine");
            DeviceCeilings ceilings = ProcessorProbe.ceilings(Math.min(COPY_SIZE, machine.memoryBytes() / 16), 0.5);
            listener.begins("verifying " + file.getFileName());
            Verification verification = ours.verify(file);
            LlamaBenchReport theirs = verification.passed() ? measure(ours, ceilings.threads(), listener) : null;
            List<ProgramSpeed> programs = new ArrayList<>();
            programs.add(ours.speed(version, verification));
            if (theirs != null) {
                programs.add(new ProgramSpeed(
                        "llama-bench",
                        theirs.version() + ", " + theirs.backends(),
                        null,
                        Timing.of(theirs.prefillNanos()),
                        Timing.of(theirs.tokenNanos())));
            }
            ModelSpeeds speeds = speeds(ceilings.threads(), programs);
            BenchResults results = new BenchResults(
                    "model",
                    machine,
                    load.andAfter(),
                    List.of(DeviceStatus.measured(
                            engine.name(), engine.devices().getFirst(), ceilings)),
                    List.of(),
                    ratios(speeds),
                    List.of(),
                    speeds,
                    List.of());
            return results.with(LoadSigns.of(results, memory));
        }
    }

    private LlamaBenchReport measure(ModelRun ours, int threads, ProgressListener listener) {
        LlamaBenchReport theirs = null;
        listener.begins("warming up");
        long begun = System.nanoTime();
        for (int round = 0; round < 2 || System.nanoTime() - begun < WARM_UP_NANOS; round++) {
            ours.round(false);
        }
        for (int round = 1; round <= rounds; round++) {
            if (peer != null) {
                listener.begins("llama-bench, round " + round + " of " + rounds);
                LlamaBenchReport more = peer.run(new LlamaBench.Task(file, prompt, fresh, threads, REPEATS));
                theirs = theirs == null ? more : theirs.and(more);
            }
            listener.begins("deltarule, round " + round + " of " + rounds);
            for (int repeat = 0; repeat < REPEATS; repeat++) {
                ours.round(true);
            }
        }
        return theirs;
    }

    private ModelSpeeds speeds(int threads, List<ProgramSpeed> programs) {
        try (ModelFolder opened = ModelFolder.open(file)) {
            long bytes =
                    opened.tensors().stream().mapToLong(ModelTensor::byteSize).sum();
            return new ModelSpeeds(
                    file.getFileName().toString(), bytes, opened.parameters(), prompt, fresh, threads, programs);
        }
    }

    private static List<SpeedRatio> ratios(ModelSpeeds speeds) {
        if (speeds.programs().size() < 2) {
            return List.of();
        }
        ProgramSpeed ours = speeds.programs().getFirst();
        ProgramSpeed theirs = speeds.programs().getLast();
        String on = " by the CPU engine, over that by llama-bench from the same file, in turn with it, "
                + speeds.threads() + " threads each";
        return List.of(
                SpeedRatio.of(
                        "prefill_over_llama_bench",
                        "tokens per second of a prompt of " + speeds.prompt() + " tokens" + on,
                        speeds.prefillRate(ours),
                        speeds.prefillRate(theirs),
                        "tokens/s"),
                SpeedRatio.of(
                        "decode_over_llama_bench",
                        "tokens per second of " + speeds.fresh() + " tokens decoded from an empty context on" + on,
                        speeds.decodeRate(ours),
                        speeds.decodeRate(theirs),
                        "tokens/s"));
    }
}
