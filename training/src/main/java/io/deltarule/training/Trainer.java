package io.deltarule.training;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ResidentTrainingPlan;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import io.deltarule.models.format.ModelDefinition;
import io.deltarule.models.training.ModelWeights;
import io.deltarule.models.training.TrainableModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Trains a model on a task.
 *
 * <pre>
 *   for each step s:
 *     g = ∇ mean over the labels of all batches of s    batch i of step s comes from the numbers (seed, s, i) and nothing else
 *     g ← g · min(1, clip/|g|)
 *     w ← optimiser(w, g, η(s))                 and w ← w / |w| for rows that keep length 1
 * </pre>
 *
 * Equal options, model, task and engine give equal losses and weights, bit for bit, with any number of threads: a step depends on
 * the weights, the optimiser's state and its own number alone. One thread at a time.
 */
public final class Trainer implements AutoCloseable {
    private final TrainingEngine engine;
    private final String device;
    private final TrainableModel model;
    private final TrainingTask task;
    private final TrainingOptions options;
    private final ModelWeights weights;
    private final ParameterArena gradients;
    private final Optimizer optimizer;
    private final TrainingPlan plan;
    private final ResidentTrainingPlan there; // the same where it takes the optimiser's steps, else null
    private boolean newerThere; // whether its weights and moments are newer than those here
    private boolean newerHere = true;
    private long step;

    /**
     * With weights before the first step.
     *
     * @param engine runs the model forward and backward
     * @param model what is trained
     * @param task what on
     * @param options how
     * @throws InvalidInputException if the model's vocabulary is less than the task's
     */
    public Trainer(TrainingEngine engine, TrainableModel model, TrainingTask task, TrainingOptions options) {
        this(engine, null, model, task, options);
    }

    /**
     * The same on a device.
     *
     * @param device one of the engine's, or null for its own choice
     */
    public Trainer(
            TrainingEngine engine, String device, TrainableModel model, TrainingTask task, TrainingOptions options) {
        int vocab = model.vocabulary();
        if (vocab < task.vocabulary()) {
            throw new InvalidInputException("vocab_size: expected at least " + task.vocabulary() + ", which task "
                    + task.name() + " needs, but found " + vocab);
        }
        this.engine = engine;
        this.device = device;
        this.model = model;
        this.task = task;
        this.options = options;
        engine.prepare();
        weights = new ModelWeights(model, options.trained());
        weights.initialise(model, options.initial());
        gradients = new ParameterArena(weights.trained().layout());
        optimizer = options.optimizer()
                .of(weights.trained().layout(), name -> model.role(name).decayed());
        int longest = Math.addExact(task.longest(), model.memoryIds().length);
        LayerSpec layer = LayerSpec.of(
                model.loss(),
                weights.weights(),
                Math.multiplyExact(task.sequences(), longest),
                task.sequences(),
                longest);
        TrainingSpec spec = new TrainingSpec(
                layer.onDevice(device),
                weights.trained().layout(),
                options.recompute() ? model.blockBeginnings() : List.of());
        boolean adam = options.optimizer() instanceof AdamW.Settings && !weights.hasUnitRows();
        there = adam
                ? engine.residentTrainingPlan(spec, name -> model.role(name).decayed())
                        .orElse(null)
                : null;
        plan = there == null ? engine.trainingPlan(spec) : there;
    }

    /** What is trained. */
    public TrainableModel model() {
        return model;
    }

    /** What on. */
    public TrainingTask task() {
        return task;
    }

    /** How. */
    public TrainingOptions options() {
        return options;
    }

    /** The numbers as they are now. What is changed there counts from the next step on; ask again after each. */
    public ModelWeights weights() {
        fetch();
        newerHere = true;
        return weights;
    }

    /** What the optimiser remembers now, likewise. */
    public Optimizer optimizer() {
        fetch();
        newerHere = true;
        return optimizer;
    }

    /** Brings weights and moments here where the engine's device has changed them. */
    private void fetch() {
        if (newerThere) {
            there.store(weights.trained(), moments(AdamW.MEAN), moments(AdamW.SQUARES));
            newerThere = false;
        }
    }

    private ParameterArena moments(String name) {
        return optimizer.state().get(name);
    }

    /** How many steps are done. */
    public long step() {
        return step;
    }

    /** Bytes of the plan, of weights, gradients and what the optimiser remembers. */
    public long bytes() {
        return plan.bytes() + (2L + optimizer.state().size()) * gradients.data().byteSize();
    }

    /**
     * Says how many steps were done, after weights and optimiser have been set to what they were then.
     *
     * @param done at least 0
     */
    public void continueAfter(long done) {
        step = done;
    }

    /**
     * Takes all steps that are left.
     *
     * @param listener told of each
     */
    public void run(Consumer<StepReport> listener) {
        while (step < options.steps()) {
            listener.accept(next());
        }
    }

    /**
     * Takes one step.
     *
     * @throws NotFiniteException if its loss or a gradient is not finite; the weights are then those of the step before
     */
    public StepReport next() {
        long begun = System.nanoTime();
        List<Batch> batches = new ArrayList<>();
        long tokens = 0;
        long labelled = 0;
        for (int i = 0; i < options.accumulation(); i++) {
            Batch batch = task.training(Seeds.generator(options.seed(), step, i));
            batches.add(batch);
            tokens += batch.tokens();
            labelled += batch.labelled();
        }
        if (labelled == 0) {
            throw new InvalidInputException(
                    "task " + task.name() + ": expected labels in step " + (step + 1) + " but its batches have none");
        }
        clearGradients();
        double loss = 0;
        for (Batch batch : batches) {
            loss += addGradients(batch, labelled);
        }
        loss /= labelled;
        double norm = there == null ? GradientNorm.of(gradients) : there.gradientNorm();
        if (!Double.isFinite(norm)) {
            throw notFinite("a loss of " + loss + " with gradients of length " + norm);
        }
        float factor = options.clip() > 0 && norm > options.clip() ? (float) (options.clip() / norm) : 1;
        double rate = options.schedule().at(step);
        step++;
        update(rate, factor);
        return new StepReport(step, loss, norm, rate, tokens, (System.nanoTime() - begun) / 1e9);
    }

    private void clearGradients() {
        if (there == null) {
            gradients.clear();
            return;
        }
        if (newerHere) {
            there.load(weights.trained(), moments(AdamW.MEAN), moments(AdamW.SQUARES));
            newerHere = false;
        }
        there.clearGradients();
    }

    /**
     * Changes the weights, here or where they are.
     *
     * @param factor what the gradients are multiplied by first
     */
    private void update(double rate, float factor) {
        if (there != null && options.optimizer() instanceof AdamW.Settings adam) {
            there.update(adam.step(rate, step).withClip(factor));
            newerThere = true;
            return;
        }
        if (factor != 1) {
            GradientNorm.scale(gradients, factor);
        }
        optimizer.update(weights.trained(), gradients, rate, step);
        weights.keepUnitRows();
    }

    /** Adds a batch's share of the gradients and returns the sum of its losses. */
    private double addGradients(Batch given, long labelled) {
        Batch batch = given.after(model.memoryIds());
        int[] lengths = new int[task.sequences()];
        System.arraycopy(batch.lengths(), 0, lengths, 0, batch.sequences());
        Tensor losses = Tensor.zeros(batch.tokens(), 1);
        plan.reset();
        try {
            plan.forward(lengths, List.of(Batch.column(batch.ids()), Batch.column(batch.labels())), List.of(losses));
        } catch (NumericException e) {
            throw notFinite(e.getMessage());
        }
        double sum = 0;
        for (long i = 0; i < losses.size(); i++) {
            sum += losses.get(i);
        }
        if (!Double.isFinite(sum)) {
            throw notFinite(Double.toString(sum));
        }
        Tensor share = Tensor.zeros(batch.tokens(), 1);
        for (int i = 0; i < batch.tokens(); i++) {
            share.set(i, batch.labels()[i] == Batch.NONE ? 0 : 1f / labelled);
        }
        List<Tensor> nowhere = new ArrayList<>();
        nowhere.add(null); // ids and labels have no gradient
        nowhere.add(null);
        try {
            if (there == null) {
                plan.backward(List.of(share), gradients, nowhere);
            } else {
                there.backwardInPlace(List.of(share));
            }
        } catch (NumericException e) {
            throw notFinite(e.getMessage());
        }
        return sum;
    }

    /** A weight is told before what was computed with it, and that before what followed for the gradients. */
    private NotFiniteException notFinite(String found) {
        if (there != null) {
            fetch();
            there.storeGradients(gradients);
        }
        String tensor = GradientNorm.firstNotFinite(weights.trained())
                .map(name -> "weight " + name)
                .or(plan::firstNotFinite)
                .or(() -> GradientNorm.firstNotFinite(gradients).map(name -> "gradient " + name))
                .orElse("none that is remembered");
        return new NotFiniteException(step + 1, tensor, found);
    }

    /** How well the model does now on what the task holds out. */
    public Evaluation evaluate() {
        return evaluate(task.heldOut());
    }

    /** How well it does on some batches. */
    public Evaluation evaluate(List<Batch> batches) {
        Evaluator evaluator = evaluator();
        return Evaluation.of(batches.stream().map(evaluator::predict).toList());
    }

    /** What it says at each token of a batch. */
    public Predictions predict(Batch batch) {
        return evaluator().predict(batch);
    }

    private Evaluator evaluator() {
        fetch();
        return new Evaluator(engine, device, model, weights.weights());
    }

    /**
     * Writes the model as it is now, as a folder that {@link io.deltarule.models.format.ModelFolder} reads.
     *
     * @param folder made where there is none; config.json and model.safetensors in it are replaced
     */
    public void save(Path folder) {
        save(folder, WeightType.F32);
    }

    /** The same with numbers rounded to a type: F32, BF16 or F16. */
    public void save(Path folder, WeightType type) {
        ModelDefinition format = model.definition()
                .orElseThrow(() -> new InvalidInputException("save: expected a model of a published format but found"
                        + " programs of none; make it of a config"));
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new InvalidInputException(folder + ": expected to write there but found " + e);
        }
        fetch();
        format.write(folder, weights.weights(), type);
    }

    @Override
    public void close() {
        plan.close();
        optimizer.close();
        gradients.close();
        weights.close();
    }
}
