package io.deltarule.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.JavaExample;
import io.deltarule.models.format.ModelFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of docs/training.md, compiled and run. */
class TrainingDocumentTest {
    private static final Path DOCUMENT =
            Path.of("..", "docs", "training.md").toAbsolutePath().normalize();

    private static final String TRAINED = """
            TrainableModel model = TrainableModel.of(ModelTemplates.config(
                    "delta_net", new ModelTemplates.Sizes(16, 24, 1, 8, false), Map.of("num_heads", "2")));
            try (Trainer trainer =
                    new Trainer(TrainingEngine.of(Engines.named("cpu")), model, task, options)) {
                double[] losses = new double[(int) options.steps()];
                trainer.run(step -> losses[(int) step.step() - 1] = step.loss());
                System.out.println(losses[losses.length - 1] < losses[0]);
            }
            """;

    @TempDir
    private Path folder;

    private JavaExample example(int index) {
        return JavaExample.of(
                DOCUMENT,
                index,
                folder.resolve("classes" + index),
                "io.deltarule.core",
                "io.deltarule.core.training",
                "io.deltarule.models.format",
                "io.deltarule.models.training",
                "io.deltarule.training",
                "io.deltarule.training.task",
                "java.nio.file",
                "java.util",
                "java.util.function");
    }

    private static JavaExample followedBy(String more, JavaExample example) {
        return new JavaExample(example.statements() + more, example.scratch(), example.imports());
    }

    @Test
    void aModelIsDefinedTrainedAndSaved() throws Exception {
        JavaExample whole = example(0);
        assertTrue(whole.statements().lines().count() <= 15, "fifteen lines");
        JavaExample few = new JavaExample(
                whole.statements().replace("of(300,", "of(12,").replace("of(64, 40)", "of(4, 12)"),
                whole.scratch(),
                whole.imports());
        Path model = folder.resolve("model");
        List<String> lines = few.run("Path folder", model).lines().toList();
        assertEquals(13, lines.size());
        assertTrue(
                lines.get(11).startsWith("step 12: loss 0.") && lines.get(12).startsWith("accuracy 0."),
                lines::toString);
        try (ModelFolder read = ModelFolder.open(model)) {
            assertEquals("delta_net", read.modelType());
        }
    }

    @Test
    void anotherOptimiserTrains() throws Exception {
        String task = "TrainingTask task = new ParityTask(BatchSizes.of(8, 12));\n";
        assertEquals("true", followedBy(task + TRAINED, example(1)).run("").strip());
    }

    @Test
    void anotherTaskIsTrainedOn() throws Exception {
        String options = "TrainingOptions options = TrainingOptions.of(20, 4e-3, 1);\n";
        assertEquals("true", followedBy(options + TRAINED, example(2)).run("").strip());
    }
}
