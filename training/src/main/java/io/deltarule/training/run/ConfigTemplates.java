package io.deltarule.training.run;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.ModelTemplates;
import java.util.Map;

/** Configs with comments, to begin with: one for each task, with a model that can learn it, and one for each model's type, on a text. */
public final class ConfigTemplates {
    /** What a task's config has of its own. */
    private record Own(String task, String model, int steps, int batch, int length, String rate) {}

    private static final Map<String, Own> TASKS = Map.of(
            "parity",
            new Own("""
                    "name": "parity", "shortest": 3""", """
                    "type": "delta_net", "hidden": 32, "layers": 1, "ff": 64,
                        // beta in (0, 2): without negative eigenvalues parity cannot be learned (arXiv:2411.12537)
                        "set": {"num_heads": 2, "allow_neg_eigval": true}""", 300, 64, 40, "4e-3"),
            "permutations",
            new Own("""
                    "name": "permutations", "group": "S3"  // or S4, A5, S5""", """
                    "type": "gated_deltaproduct", "hidden": 64, "layers": 1, "ff": 128,
                        // two reflections a token make a rotation, which S3 needs (arXiv:2502.10297)
                        "set": {"num_heads": 4, "head_dim": 16, "num_householder": 2, "allow_neg_eigval": true,
                            "use_forget_gate": false, "use_output_gate": false, "use_short_conv": false}""", 2000, 64, 32, "5e-3"),
            "modular",
            new Own("""
                    "name": "modular", "modulus": 5, "shortest": 3""", """
                    "type": "delta_net", "hidden": 64, "layers": 2, "ff": 128,
                        "set": {"num_heads": 4, "allow_neg_eigval": true}""", 3000, 64, 40, "2e-3"),
            "mqar",
            new Own("""
                    "name": "mqar", "vocabulary": 128, "pairs": 8""", """
                    "type": "delta_net", "hidden": 32, "layers": 2, "ff": 64, "set": {"num_heads": 1}""", 600, 64, 64, "5e-3"));

    private ConfigTemplates() {}

    /**
     * One of them.
     *
     * @param name a task's or a model type's
     * @throws InvalidInputException if it is neither
     */
    public static String of(String name) {
        if (TASKS.containsKey(name)) {
            Own own = TASKS.get(name);
            return text("\"task\": {" + own.task() + (own.task().contains("//") ? "\n  }" : "}"), own);
        }
        if (ModelTemplates.types().contains(name)) {
            boolean tied =
                    !name.equals("nemotron_flash"); // whose head has rows of length 1, and whose embedding has not
            Own own = new Own(
                    "",
                    "\"type\": \"" + name + "\", \"hidden\": 128, \"layers\": 4, \"ff\": 256, \"tied\": " + tied + ",\n"
                            + "    // any key of config.json, as make-model --set takes them; docs/models.md lists them\n"
                            + "    \"set\": {}",
                    1000,
                    8,
                    256,
                    "1e-3");
            return text("""
                    // a path relative to this file; tokenizer: bytes, or a folder with a tokenizer
                      "data": {"text": "text.txt", "tokenizer": "bytes", "held_out": 0.1}""", own);
        }
        throw new InvalidInputException("--print-config: expected a task, "
                + String.join(", ", TASKS.keySet().stream().sorted().toList()) + ", or a model's type, "
                + String.join(", ", ModelTemplates.types()) + ", but found " + name);
    }

    private static String text(String what, Own own) {
        return """
                // For deltarule train --config FILE --output DIR. All keys and defaults: docs/training.md.
                {
                  %s,
                  "model": {%s,
                    // deviation of the projections before the first step; 0 for 1/sqrt of their width
                    "std": 0.02
                  },
                  "steps": %d,
                  "batch": %d,         // sequences at a time
                  "length": %d,        // tokens of a sequence
                  "accumulation": 1,   // batches per step
                  "recompute": false,  // true: less memory, one more run forward
                  "seed": 1,
                  "frozen": [],        // beginnings of names of weights that stay as they are
                  "optimizer": {
                    "name": "adamw", "learning_rate": %s, "floor": 0.1, "warmup": %d,
                    "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weight_decay": %s, "clip": 1.0
                  },
                  "evaluation": {"every": %d, "batches": 4},
                  "checkpoints": {"every": %d, "keep": 2, "precision": "f32"}
                }
                """.formatted(
                        what,
                        own.model(),
                        own.steps(),
                        own.batch(),
                        own.length(),
                        own.rate(),
                        own.steps() / 10,
                        own.task().isEmpty() ? "0.1" : "0.0",
                        Math.max(1, own.steps() / 10),
                        Math.max(1, own.steps() / 2));
    }
}
