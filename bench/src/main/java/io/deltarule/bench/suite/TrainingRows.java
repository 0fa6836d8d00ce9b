package io.deltarule.bench.suite;

import io.deltarule.bench.result.SpeedRatio;
import io.deltarule.bench.timing.Timing;
import io.deltarule.core.Engines;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.measure.ProductShare;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.format.RandomModel;
import io.deltarule.models.format.RandomWeights;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Measures what going back costs on the CPU engine: a model forward and backward beside it forward alone, and the products' share. */
record TrainingRows(SuiteRecorder recorder) {
    private static final int TOKENS = 1024;
    private static final int VOCABULARY = 256;
    private static final String MODEL = "a Gated DeltaNet of 10 million parameters, " + TOKENS + " tokens";

    void measure() {
        if (!recorder.everything()) {
            return;
        }
        recorder.listener().begins("timing a training pass of " + MODEL);
        LayerProgram program = program();
        TrainingEngine engine = TrainingEngine.of(Engines.named("cpu"));
        try (Arena arena = Arena.ofShared()) {
            Weights weights = RandomWeights.of(List.of(program), WeightType.F32, 1, arena, bytes -> {});
            LayerSpec spec = LayerSpec.of(program, weights, TOKENS, 1, TOKENS);
            try (LayerPlan forward = engine.plan(spec);
                    TrainingPlan training = engine.trainingPlan(TrainingSpec.of(spec));
                    ParameterArena gradients =
                            new ParameterArena(training.spec().trained())) {
                measure(forward, training, gradients);
            }
        }
    }

    private void measure(LayerPlan forward, TrainingPlan training, ParameterArena gradients) {
        int[] lengths = {TOKENS};
        Tensor ids = Tensor.zeros(TOKENS, 1);
        Tensor labels = Tensor.zeros(TOKENS, 1);
        for (int t = 0; t < TOKENS; t++) {
            ids.set(t, t * 7919L % VOCABULARY);
            labels.set(t, (t + 1) * 7919L % VOCABULARY);
        }
        List<Tensor> inputs = List.of(ids, labels);
        List<Tensor> losses = List.of(Tensor.zeros(TOKENS, 1));
        List<Tensor> mean = List.of(Tensor.zeros(TOKENS, 1).fill(1f / TOKENS));
        Runnable once = () -> {
            forward.reset();
            forward.run(lengths, inputs, losses);
        };
        Runnable pass = () -> {
            training.reset();
            training.forward(lengths, inputs, losses);
            training.backward(mean, gradients, Arrays.asList(null, null));
        };
        List<Timing> timed = recorder.seconds(4).time(List.of(once, pass));
        recorder.add(SpeedRatio.of(
                "training_pass_over_forward",
                MODEL + " forward and backward, every gradient, over the same forward alone, in turn with it",
                timed.getLast().medianNanos() / 1e6,
                timed.getFirst().medianNanos() / 1e6,
                "ms"));
        ProductShare share = ProductShare.of(pass);
        recorder.add(SpeedRatio.of(
                "training_pass_in_products",
                "the threads' time in matrix products over all their time, forward and backward, " + MODEL,
                share.share() * share.nanos() / 1e6,
                share.nanos() / 1e6,
                "ms"));
    }

    /** From ids and labels to losses. */
    private static LayerProgram program() {
        Map<String, String> sizes = Map.of(
                "hidden_size", "384",
                "num_hidden_layers", "5",
                "num_heads", "4",
                "num_v_heads", "4",
                "head_dim", "64",
                "expand_v", "2.0",
                "intermediate_size", "1024",
                "vocab_size", Integer.toString(VOCABULARY));
        List<LayerProgram> parts = RandomModel.programs(ModelTemplates.config("gated_deltanet", sizes));
        LayerProgram body = parts.getFirst();
        MatrixOp.Linear head = (MatrixOp.Linear) parts.getLast().ops().getLast();
        Slot labels = new Slot("labels", 1);
        Slot loss = new Slot("loss", 1);
        List<LayerOp> ops = new ArrayList<>(body.ops());
        Slot rows = body.outputs().getFirst();
        ops.add(new MatrixOp.CrossEntropy(rows, labels, loss, head.weight(), head.bias(), VOCABULARY));
        return new LayerProgram(List.of(body.inputs().getFirst(), labels), List.of(loss), ops);
    }
}
