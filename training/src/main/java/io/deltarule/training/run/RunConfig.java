package io.deltarule.training.run;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.training.InitialWeights;
import io.deltarule.models.training.TrainableModel;
import io.deltarule.training.AdamW;
import io.deltarule.training.Optimizer;
import io.deltarule.training.Schedule;
import io.deltarule.training.Trainer;
import io.deltarule.training.TrainingOptions;
import io.deltarule.training.TrainingTask;
import io.deltarule.training.task.BatchSizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code train} is told in a file: keys with ranges and defaults, listed in docs/training.md. A key that nothing reads is
 * refused.
 */
public final class RunConfig {
    /** Paths of values that a run which goes on may have otherwise. */
    private static final List<String> CHANGEABLE = List.of("steps", "evaluation.", "checkpoints.");

    private static final String ENGINE = "engine";
    private static final int MOST = 1 << 30;

    private final TrainableModel model;
    private final Path from; // a folder with the numbers before the first step, or null
    private final RunData data;
    private final TrainingOptions options;
    private final Intervals intervals;
    private final Map<String, String> effective;

    private RunConfig(
            TrainableModel model,
            Path from,
            RunData data,
            TrainingOptions options,
            Intervals intervals,
            Map<String, String> effective) {
        this.model = model;
        this.from = from;
        this.data = data;
        this.options = options;
        this.intervals = intervals;
        this.effective = effective;
    }

    /**
     * How often a run is looked at and kept.
     *
     * @param evaluation steps between evaluations, 0 for one at the end
     * @param checkpoint steps between checkpoints, 0 for one at the end
     * @param keep how many checkpoints stay, 0 for all
     * @param precision of the weights in checkpoints and in the model that is written
     */
    record Intervals(int evaluation, int checkpoint, int keep, WeightType precision) {}

    /**
     * Reads one.
     *
     * @param file JSON, in which {@code //} begins a comment
     * @throws InvalidInputException naming the key that cannot be right
     */
    public static RunConfig read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidInputException("--config " + file + ": expected a file but found "
                        + (Files.exists(file) ? "a folder" : "nothing")
                        + "; 'deltarule train --print-config parity' prints one");
            }
            return parse(
                    file.getFileName().toString(),
                    Files.readString(file),
                    file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new InvalidInputException("--config " + file + ": expected a text in UTF-8 but found " + e);
        }
    }

    /**
     * Parses one.
     *
     * @param label stands before keys in messages
     * @param json the text
     * @param folder that paths are relative to
     */
    public static RunConfig parse(String label, String json, Path folder) {
        ConfigObject whole = ConfigObject.parseCommented(label, json);
        RunKeys keys = RunKeys.of(whole);
        RunKeys evaluation = keys.inside("evaluation");
        int length = keys.count("length", 1, MOST, 64);
        BatchSizes sizes = new BatchSizes(
                keys.count("batch", 1, MOST, 16), length, length, evaluation.count("batches", 1, MOST, 4));
        RunKeys modelKeys = keys.inside("model");
        String named = modelKeys.object().text("from", null);
        Path from = named == null ? null : folder.resolve(named);
        RunData data = RunData.of(keys, sizes, new RunData.Folders(folder, from));
        double std = modelKeys.number("std", 0, 1, InitialWeights.USUAL);
        String config = from == null ? model(modelKeys, data) : null;
        List<String> frozen = keys.texts("frozen");
        TrainingOptions options =
                options(keys, std).training(name -> frozen.stream().noneMatch(name::startsWith));
        Intervals intervals = intervals(evaluation, keys.inside("checkpoints"));
        whole.refuseUnread();
        TrainableModel model = from == null ? TrainableModel.of(config) : existing(modelKeys, from);
        for (String beginning : frozen) {
            if (model.roles().keySet().stream().noneMatch(name -> name.startsWith(beginning))) {
                throw whole.refused(
                        "frozen",
                        "beginnings of weights' names, such as "
                                + model.roles().keySet().iterator().next() + ",");
            }
        }
        return new RunConfig(model, from, data, options, intervals, new LinkedHashMap<>(keys.effective()));
    }

    /** A config.json: the type's template, the sizes, the keys of {@code set}. */
    private static String model(RunKeys keys, RunData data) {
        String type = keys.choice("type", null, ModelTemplates.types().toArray(String[]::new));
        Map<String, String> set = new LinkedHashMap<>();
        set.put("eos_token_id", data.stop() < 0 ? "null" : Integer.toString(data.stop()));
        set.putAll(keys.object().json("set"));
        ModelTemplates.Sizes sizes = new ModelTemplates.Sizes(
                optional(keys.object(), "hidden"),
                optional(keys.object(), "ff"),
                optional(keys.object(), "layers"),
                Integer.valueOf(keys.object()
                        .count(
                                "vocab",
                                data.task().vocabulary(),
                                MOST,
                                data.task().vocabulary())),
                keys.object().flag("tied", false));
        String config = ModelTemplates.config(type, sizes, set);
        keys.remember("config", config.replaceAll("\\s+", " ").strip());
        return config;
    }

    /** A published model, or one that was trained before. */
    private static TrainableModel existing(RunKeys keys, Path from) {
        try (ModelFolder folder = ModelFolder.open(from)) {
            keys.remember("from", folder.fingerprint());
            return TrainableModel.of(folder.definition());
        }
    }

    private static Integer optional(ConfigObject object, String key) {
        return object.has(key) ? Integer.valueOf(object.count(key, 1, MOST, 1)) : null;
    }

    private static TrainingOptions options(RunKeys keys, double std) {
        int steps = keys.count("steps", 1, MOST, 1000);
        RunKeys optimizer = keys.inside("optimizer");
        Schedule schedule = Schedule.cosine(
                optimizer.number("learning_rate", 1e-12, 10, 1e-3),
                optimizer.number("floor", 0, 1, 0.1),
                optimizer.count("warmup", 0, MOST, 100),
                steps);
        return new TrainingOptions(
                steps,
                schedule,
                optimizer(optimizer),
                optimizer.number("clip", 0, 1e9, 1),
                keys.count("accumulation", 1, 1 << 20, 1),
                keys.flag("recompute", false),
                keys.count("seed", 0, Integer.MAX_VALUE, 1),
                std,
                name -> true);
    }

    /** One more: its name, and a case that reads its constants. */
    private static Optimizer.Factory optimizer(RunKeys keys) {
        String name = keys.choice("name", "adamw", "adamw");
        return switch (name) {
            case "adamw" ->
                new AdamW.Settings(
                        keys.number("beta1", 0, 0.99999, AdamW.Settings.USUAL.beta1()),
                        keys.number("beta2", 0, 0.9999999, AdamW.Settings.USUAL.beta2()),
                        keys.number("epsilon", 0, 0.1, AdamW.Settings.USUAL.epsilon()),
                        keys.number("weight_decay", 0, 100, AdamW.Settings.USUAL.decay()));
            default -> throw new AssertionError(name);
        };
    }

    private static Intervals intervals(RunKeys evaluation, RunKeys checkpoints) {
        String precision = checkpoints.choice("precision", "f32", "f32", "bf16", "f16");
        return new Intervals(
                evaluation.count("every", 0, MOST, 100),
                checkpoints.count("every", 0, MOST, 500),
                checkpoints.count("keep", 0, MOST, 2),
                switch (precision) {
                    case "bf16" -> WeightType.BF16;
                    case "f16" -> WeightType.F16;
                    default -> WeightType.F32;
                });
    }

    /** What is trained. */
    public TrainableModel model() {
        return model;
    }

    /** How. */
    public TrainingOptions options() {
        return options;
    }

    /** What on, and files for its text. */
    RunData data() {
        return data;
    }

    /** How often it is looked at and kept. */
    Intervals intervals() {
        return intervals;
    }

    /** Every value that was read, defaults among them, by path. */
    Map<String, String> effective() {
        return new LinkedHashMap<>(effective);
    }

    /** The model's {@code model_type}. */
    public String modelType() {
        return model.definition().orElseThrow().modelType();
    }

    /** The task. */
    public TrainingTask task() {
        return data.task();
    }

    /** Every value that a run on an engine depends on, by path. */
    Map<String, String> effectiveOn(TrainingEngine engine) {
        Map<String, String> all = new LinkedHashMap<>(effective);
        all.put(ENGINE, engine.name());
        return all;
    }

    /**
     * A trainer before its first step.
     *
     * @param device one of the engine's, or null for its own choice
     */
    Trainer trainer(TrainingEngine engine, String device) {
        Trainer trainer = new Trainer(engine, device, model, data.task(), options);
        if (from != null) {
            try (ModelFolder folder = ModelFolder.open(from)) {
                trainer.weights().copyFrom(folder.weights());
            } catch (RuntimeException e) {
                trainer.close();
                throw e;
            }
        }
        return trainer;
    }

    /**
     * Checks that a run which goes on is the same run.
     *
     * @param before the effective values that it began with
     * @param where the checkpoint that has them
     * @param now those that it would go on with
     * @throws InvalidInputException naming the first key that differs
     */
    static void checkContinues(Map<String, String> before, Path where, Map<String, String> now) {
        Map<String, String> all = new LinkedHashMap<>(before);
        now.forEach(all::putIfAbsent);
        for (String key : all.keySet()) {
            boolean free = CHANGEABLE.stream().anyMatch(k -> k.endsWith(".") ? key.startsWith(k) : key.equals(k));
            if (!free && !String.valueOf(before.get(key)).equals(String.valueOf(now.get(key)))) {
                throw new InvalidInputException((key.equals(ENGINE) ? "--engine" : "--config: " + key) + ": expected "
                        + before.get(key) + ", which the run in " + where + " began with, but found " + now.get(key)
                        + "; --resume goes on with the same run: change it back, or begin another one in a new folder");
            }
        }
    }
}
