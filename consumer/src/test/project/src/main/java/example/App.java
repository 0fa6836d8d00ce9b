package example;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.Engines;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.models.inference.Completion;
import io.deltarule.models.inference.GenerationOptions;
import io.deltarule.models.inference.LanguageModel;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;

/** What a user's program does: an operation, then a model's text. Arguments: an engine, and a model's folder. */
public final class App {
    private App() {}

    public static void main(String[] args) {
        DeltaEngine engine = Engines.named(args[0]);
        System.out.println(engine.name() + " reads back what was written: " + readsBack(engine));
        if (args.length > 1) {
            try (LanguageModel model = LanguageModel.open(Path.of(args[1]), engine, null)) {
                Completion made = model.complete("Once upon a time", GenerationOptions.greedy(4), text -> {});
                System.out.println(made.ids().length + " new tokens");
            }
        }
    }

    /** Three values under three unit keys, each asked for by its own key right after it was written. */
    static boolean readsBack(DeltaEngine engine) {
        float[] unit = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
        Tensor x = Tensor.of(unit, 1, 3, 1, 4);
        DeltaInputs in = DeltaInputs.of(x, x, x).with(Input.BETA, Tensor.of(new float[] {1, 1, 1}, 1, 3, 1));
        PlanSpec spec = PlanSpec.of(Variant.DELTA_RULE, in.validate(Variant.DELTA_RULE)).withScale(1);
        try (DeltaPlan plan = engine.plan(spec)) {
            return Arrays.equals(unit, plan.run(in).o().data().toArray(ValueLayout.JAVA_FLOAT));
        }
    }
}
