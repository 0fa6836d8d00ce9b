package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs programs forward and backward into NaN-poisoned tensors and judges what comes out. Rows are always those of all tokens,
 * sequence by sequence, however they were run.
 */
public final class TrainingPasses {
    /**
     * A gradient that cancels out is no smaller than what rounding leaves of its terms, and they are as large as the program's
     * other gradients: so much of the largest is allowed beside what is allowed of its own.
     */
    private static final double CANCELLED = 5e-7;

    private TrainingPasses() {}

    /**
     * What came out.
     *
     * @param outputs rows per output
     * @param weights gradients by name
     * @param inputs gradients' rows per input, null for ids and labels
     */
    public record Pass(List<Tensor> outputs, Map<String, Tensor> weights, List<Tensor> inputs) {
        /** Fails unless all is within a tolerance. */
        public void matches(String what, Pass found, double tolerance) {
            matchesWeights(what, found, tolerance);
            matchOutputs(what, outputs, found.outputs, tolerance);
            for (int i = 0; i < inputs.size(); i++) {
                within(what + ": input " + i, inputs.get(i), found.inputs.get(i), tolerance, CANCELLED * largest());
            }
        }

        /** Fails unless the weights' gradients are within a tolerance. */
        public void matchesWeights(String what, Pass found, double tolerance) {
            weights.forEach((name, expected) -> within(
                    what + ": weight " + name, expected, found.weights.get(name), tolerance, CANCELLED * largest()));
        }

        private double largest() {
            double largest = 0;
            for (Tensor weight : weights.values()) {
                largest = Math.max(largest, norm(weight));
            }
            for (Tensor input : inputs) {
                largest = Math.max(largest, input == null ? 0 : norm(input));
            }
            return largest;
        }

        /** Fails unless every bit is the same. */
        public void equals(String what, Pass found) {
            assertTrue(weights.keySet().equals(found.weights.keySet()), what);
            weights.forEach((name, expected) -> same(what + ": weight " + name, expected, found.weights.get(name)));
            for (int i = 0; i < outputs.size(); i++) {
                same(what + ": output " + i, outputs.get(i), found.outputs.get(i));
            }
            for (int i = 0; i < inputs.size(); i++) {
                same(what + ": input " + i, inputs.get(i), found.inputs.get(i));
            }
        }

        private static void same(String what, Tensor expected, Tensor found) {
            if (expected != null) {
                assertArrayEquals(expected.toArray(), found.toArray(), what);
            }
        }

        /** Gradients added; the outputs stay. */
        public Pass plus(Pass other) {
            Map<String, Tensor> sums = new LinkedHashMap<>();
            weights.forEach((name, gradient) -> sums.put(name, sum(gradient, other.weights.get(name))));
            List<Tensor> rows = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                rows.add(inputs.get(i) == null ? null : sum(inputs.get(i), other.inputs.get(i)));
            }
            return new Pass(outputs, sums, rows);
        }

        /** With the gradients of some weights alone. */
        public Pass only(Collection<String> names) {
            Map<String, Tensor> some = new LinkedHashMap<>(weights);
            some.keySet().retainAll(names);
            return new Pass(outputs, some, inputs);
        }
    }

    /** On a plan of its own. */
    public static Pass run(
            TrainingEngine engine,
            TrainingSpec spec,
            RandomPrograms.Drawn drawn,
            List<Tensor> inputs,
            List<Tensor> cotangents) {
        try (TrainingPlan plan = engine.trainingPlan(spec);
                ParameterArena gradients = new ParameterArena(spec.trained())) {
            return on(plan, gradients, drawn, inputs, cotangents);
        }
    }

    /** All runs forward, then all backward; gradients are added to what the arena holds. */
    public static Pass on(
            TrainingPlan plan,
            ParameterArena gradients,
            RandomPrograms.Drawn drawn,
            List<Tensor> inputs,
            List<Tensor> cotangents) {
        Pass pass = poisoned(drawn);
        for (int r = 0; r < drawn.runs().length; r++) {
            forward(plan, drawn, r, inputs, pass);
        }
        for (int r = drawn.runs().length - 1; r >= 0; r--) {
            backward(plan, gradients, drawn, r, cotangents, pass);
        }
        return new Pass(pass.outputs, copies(gradients), pass.inputs);
    }

    /** Each run forward and backward before the next. */
    public static Pass broken(
            TrainingEngine engine,
            TrainingSpec spec,
            RandomPrograms.Drawn drawn,
            List<Tensor> inputs,
            List<Tensor> cotangents) {
        try (TrainingPlan plan = engine.trainingPlan(spec);
                ParameterArena gradients = new ParameterArena(spec.trained())) {
            Pass pass = poisoned(drawn);
            for (int r = 0; r < drawn.runs().length; r++) {
                forward(plan, drawn, r, inputs, pass);
                backward(plan, gradients, drawn, r, cotangents, pass);
            }
            return new Pass(pass.outputs, copies(gradients), pass.inputs);
        }
    }

    private static Pass poisoned(RandomPrograms.Drawn drawn) {
        int tokens = Arrays.stream(drawn.total()).sum();
        List<Tensor> inputs = new ArrayList<>();
        for (Slot slot : drawn.c().program().inputs()) {
            boolean numbers = drawn.c().holdsNumbers(slot);
            inputs.add(numbers ? Tensor.zeros(tokens, slot.width()).fill(Float.NaN) : null);
        }
        return new Pass(drawn.c().outputs(tokens), Map.of(), inputs);
    }

    private static void forward(TrainingPlan plan, RandomPrograms.Drawn drawn, int r, List<Tensor> inputs, Pass pass) {
        List<Tensor> outputs = drawn.c().outputs(Arrays.stream(drawn.runs()[r]).sum());
        plan.forward(drawn.runs()[r], drawn.ofRun(inputs, r), outputs);
        scatter(outputs, pass.outputs, drawn.tokens(r));
    }

    private static void backward(
            TrainingPlan plan,
            ParameterArena gradients,
            RandomPrograms.Drawn drawn,
            int r,
            List<Tensor> cotangents,
            Pass pass) {
        List<Tensor> rows = drawn.ofRun(pass.inputs, r); // NaN still
        plan.backward(drawn.ofRun(cotangents, r), gradients, rows);
        scatter(rows, pass.inputs, drawn.tokens(r));
    }

    private static Map<String, Tensor> copies(ParameterArena gradients) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        for (ParameterLayout.Entry entry : gradients.layout().entries()) {
            copies.put(entry.name(), Tensor.zeros(entry.dims()).copyFrom(gradients.tensor(entry.name())));
        }
        return copies;
    }

    /** Puts a run's rows where its tokens are. */
    static void scatter(List<Tensor> rows, List<Tensor> to, int[] tokens) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i) == null) {
                continue;
            }
            int width = rows.get(i).dim(1);
            for (int t = 0; t < tokens.length; t++) {
                for (int c = 0; c < width; c++) {
                    to.get(i).set((long) tokens[t] * width + c, rows.get(i).get((long) t * width + c));
                }
            }
        }
    }

    /** Of sequences that were run alone: weights' gradients added, rows one after the other. */
    static Pass joined(List<Pass> alone) {
        Pass all = alone.getFirst();
        for (Pass next : alone.subList(1, alone.size())) {
            Map<String, Tensor> sums = new LinkedHashMap<>();
            all.weights.forEach((name, gradient) -> sums.put(name, sum(gradient, next.weights.get(name))));
            all = new Pass(joined(all.outputs, next.outputs), sums, joined(all.inputs, next.inputs));
        }
        return all;
    }

    private static List<Tensor> joined(List<Tensor> first, List<Tensor> second) {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            Tensor a = first.get(i);
            if (a == null) {
                all.add(null);
                continue;
            }
            float[] rows = Arrays.copyOf(
                    a.toArray(), Math.toIntExact(a.size() + second.get(i).size()));
            System.arraycopy(second.get(i).toArray(), 0, rows, (int) a.size(), (int)
                    second.get(i).size());
            all.add(Tensor.of(rows, a.dim(0) + second.get(i).dim(0), a.dim(1)));
        }
        return all;
    }

    /** a + b. */
    static Tensor sum(Tensor a, Tensor b) {
        Tensor sum = Tensor.zeros(a.dims());
        for (long i = 0; i < sum.size(); i++) {
            sum.set(i, a.get(i) + b.get(i));
        }
        return sum;
    }

    /** Fails unless rows of outputs are within a tolerance. */
    static void matchOutputs(String what, List<Tensor> expected, List<Tensor> found, double tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            within(what + ": output " + i, expected.get(i), found.get(i), tolerance, 0);
        }
    }

    /** Fails unless rows of inputs' gradients are within a tolerance. */
    static void matchInputs(String what, List<Tensor> expected, List<Tensor> found, double tolerance) {
        double largest = 0;
        for (Tensor one : expected) {
            largest = Math.max(largest, one == null ? 0 : norm(one));
        }
        for (int i = 0; i < expected.size(); i++) {
            within(what + ": input " + i, expected.get(i), found.get(i), tolerance, CANCELLED * largest);
        }
    }

    /** Norm of the difference against norm, and a part that does not depend on it; NaN never passes. */
    private static void within(String what, Tensor expected, Tensor found, double tolerance, double floor) {
        if (expected == null) {
            return;
        }
        double[] difference = new double[Math.toIntExact(expected.size())];
        Arrays.setAll(difference, i -> (double) found.get(i) - expected.get(i));
        double error = norm(difference);
        double allowed = tolerance * norm(expected) + floor;
        assertTrue(
                error <= allowed, () -> what + ": error " + error + " of " + norm(expected) + "; allowed " + allowed);
    }

    private static double norm(Tensor tensor) {
        double[] numbers = new double[Math.toIntExact(tensor.size())];
        Arrays.setAll(numbers, i -> tensor.get(i));
        return norm(numbers);
    }

    private static double norm(double[] numbers) {
        return Math.sqrt(Arrays.stream(numbers).map(x -> x * x).sum());
    }
}
