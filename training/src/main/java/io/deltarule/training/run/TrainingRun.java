package io.deltarule.training.run;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.training.Evaluation;
import io.deltarule.training.NotFiniteException;
import io.deltarule.training.StepReport;
import io.deltarule.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A run in a folder.
 *
 * <pre>
 *   DIR/config.json, model.safetensors, tokenizer.json    the model as it is at the end, or where the run was interrupted
 *   DIR/checkpoints/step-N/                               what a run goes on from
 *   DIR/log.jsonl, loss.svg                               how it went
 * </pre>
 */
public final class TrainingRun {
    private static final int LAST = 20;

    private final RunConfig config;
    private final TrainingEngine engine;
    private final String device;
    private final Path folder;
    private final String version;
    private final Listener listener;

    /** Told how a run goes; each method does nothing unless it is overridden. */
    public interface Listener {
        /** Goes on from a checkpoint. */
        default void resumed(long step) {}

        /** A step was taken. */
        default void stepped(StepReport step) {}

        /** What is held out was looked at. */
        default void evaluated(long step, Evaluation evaluation) {}

        /** A checkpoint was written. */
        default void saved(long step, Path checkpoint) {}
    }

    /**
     * How a run ended.
     *
     * @param finished whether all steps are done
     * @param step how many are
     * @param resumedAt how many were done before it went on, 0 for none
     * @param tokens that went through the model, before it was interrupted among them
     * @param seconds that steps took
     * @param loss mean of the last steps' losses, 20 at most
     * @param evaluation the last one, null where there was none
     * @param parameters how many numbers the model has
     * @param bytes that training needed: the plan's, weights, gradients, what the optimiser remembers
     * @param checkpoint the last one
     */
    public record Result(
            boolean finished,
            long step,
            long resumedAt,
            long tokens,
            double seconds,
            double loss,
            Evaluation evaluation,
            long parameters,
            long bytes,
            Path checkpoint) {}

    /**
     * A run that has not begun.
     *
     * @param version what writes the checkpoints
     */
    public TrainingRun(RunConfig config, TrainingEngine engine, Path folder, String version, Listener listener) {
        this(config, engine, null, folder, version, listener);
    }

    /**
     * The same on a device.
     *
     * @param device one of the engine's, or null for its own choice
     */
    public TrainingRun(
            RunConfig config, TrainingEngine engine, String device, Path folder, String version, Listener listener) {
        this.config = config;
        this.engine = engine;
        this.device = device;
        this.folder = folder;
        this.version = version;
        this.listener = listener;
    }

    private Path checkpoints() {
        return folder.resolve("checkpoints");
    }

    /**
     * Begins the run or goes on with it, until all steps are done or somebody wants it to stop.
     *
     * @param resume whether it goes on with the folder's newest checkpoint
     * @param stop asked after each step; what was done is then saved
     * @throws InvalidInputException if the folder holds something and it is not to go on, or cannot go on with this config
     * @throws NotFiniteException if a loss or gradient is not finite; the newest checkpoint is from before that
     */
    public Result run(boolean resume, BooleanSupplier stop) {
        prepareFolder(resume);
        try (RunLock _ = RunLock.of(folder)) {
            return locked(stop);
        }
    }

    private Result locked(BooleanSupplier stop) {
        Checkpoint.prune(checkpoints(), 0);
        List<Checkpoint> found = Checkpoint.all(checkpoints());
        RunState begun = null;
        if (!found.isEmpty()) {
            begun = RunState.read(found.getLast().path());
            RunConfig.checkContinues(begun.config(), found.getLast().path(), config.effectiveOn(engine));
        }
        try (Trainer trainer = config.trainer(engine, device)) {
            if (begun != null) {
                found.getLast().restore(trainer, begun);
                listener.resumed(begun.step());
            }
            try (RunLog log = RunLog.open(folder, trainer.step())) {
                if (log.isEmpty()) {
                    log.run(version, engine.name(), config);
                }
                return new Loop(trainer, log, begun, found.isEmpty() ? null : found.getLast()).run(stop);
            }
        }
    }

    private void prepareFolder(boolean resume) {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> inside = Files.list(folder)) {
                boolean empty = inside.findAny().isEmpty();
                if (!resume && !empty) {
                    throw new InvalidInputException("--output " + folder
                            + ": expected a new or empty folder but found files in it; go on with the run there by"
                            + " --resume, or name another folder");
                }
                if (resume && !Files.exists(folder.resolve(RunLog.FILE))) {
                    throw new InvalidInputException("--resume: expected a run in " + folder + " but found "
                            + (empty ? "nothing" : "other files") + "; begin one without --resume");
                }
            }
        } catch (IOException e) {
            throw new InvalidInputException(
                    "--output " + folder + ": expected to write there but found " + e + "; name another folder");
        }
    }

    /** The steps of one run, and what has been counted. */
    private final class Loop {
        private final Trainer trainer;
        private final RunLog log;
        private final long resumedAt;
        private long tokens;
        private double seconds;
        private double loss;
        private Evaluation evaluation;
        private Checkpoint last;

        Loop(Trainer trainer, RunLog log, RunState begun, Checkpoint last) {
            this.trainer = trainer;
            this.log = log;
            this.last = last;
            resumedAt = trainer.step();
            if (begun != null) {
                tokens = begun.tokens();
                seconds = begun.seconds();
                loss = begun.loss();
            }
        }

        Result run(BooleanSupplier stop) {
            long steps = config.options().steps();
            while (trainer.step() < steps && !stop.getAsBoolean()) {
                step();
                long done = trainer.step();
                if (isDue(done, config.intervals().evaluation())) {
                    evaluate();
                }
                if (isDue(done, config.intervals().checkpoint())) {
                    save();
                }
            }
            if (trainer.step() == 0) {
                throw new InvalidInputException("training: expected at least one step before it is interrupted");
            }
            if (last == null || last.step() != trainer.step()) {
                save();
            }
            finish();
            return result(steps);
        }

        private void step() {
            try {
                StepReport step = trainer.next();
                tokens += step.tokens();
                seconds += step.seconds();
                loss = step.loss();
                log.step(step);
                listener.stepped(step);
            } catch (NotFiniteException e) {
                log.notFinite(e);
                throw e;
            }
        }

        private boolean isDue(long done, int every) {
            return done == config.options().steps() || (every > 0 && done % every == 0);
        }

        private void evaluate() {
            long begin = System.nanoTime();
            evaluation = trainer.evaluate();
            log.evaluation(trainer.step(), evaluation, (System.nanoTime() - begin) / 1e9);
            listener.evaluated(trainer.step(), evaluation);
        }

        private void save() {
            RunState state =
                    new RunState(version, trainer.step(), tokens, seconds, loss, config.effectiveOn(engine), Map.of());
            last = Checkpoint.write(
                    checkpoints(),
                    trainer,
                    state,
                    config.data().files(),
                    config.intervals().precision());
            Checkpoint.prune(checkpoints(), config.intervals().keep());
            listener.saved(trainer.step(), last.path());
        }

        private void finish() {
            trainer.save(folder, config.intervals().precision());
            try {
                for (Map.Entry<String, byte[]> file : config.data().files().entrySet()) {
                    Files.write(folder.resolve(file.getKey()), file.getValue());
                }
                if (!log.steps().isEmpty()) {
                    String title = config.modelType() + " on " + config.task().name();
                    Files.writeString(folder.resolve("loss.svg"), LossCurve.of(title, log.steps(), log.evaluations()));
                }
            } catch (IOException e) {
                throw new InvalidInputException(folder + ": expected to write there but found " + e);
            }
        }

        private Result result(long steps) {
            List<RunLog.Point> all = log.steps();
            double mean = all.subList(Math.max(0, all.size() - LAST), all.size()).stream()
                    .mapToDouble(RunLog.Point::loss)
                    .average()
                    .orElse(loss);
            return new Result(
                    trainer.step() == steps,
                    trainer.step(),
                    resumedAt,
                    tokens,
                    seconds,
                    mean,
                    evaluation,
                    config.model().parameters(),
                    trainer.bytes(),
                    last.path());
        }
    }
}
