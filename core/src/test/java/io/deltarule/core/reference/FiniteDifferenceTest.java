package io.deltarule.core.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.reference.delta.Flat;
import io.deltarule.core.reference.op.WeightNumbers;
import io.deltarule.core.testkit.RandomPrograms;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.training.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradients of random programs against central differences of fourth order of the forward pass, both in float64 throughout,
 * over several runs: for every weight and every input of numbers, along random directions and number by number.
 */
class FiniteDifferenceTest {
    private static final double STEP = 2e-5; // less than what takes a steep program over a kink
    private static final double TOLERANCE = 2e-7; // measured: below 3.5e-8 on 300 programs
    private static final int DIRECTIONS = 2;
    private static final int NUMBERS = 3;

    static List<RandomPrograms.Drawn> programs() {
        return TestScope.thinned(RandomPrograms.draw(100), 8);
    }

    @ParameterizedTest
    @MethodSource("programs")
    void gradientsAreSlopes(RandomPrograms.Drawn drawn) {
        Model model = new Model(drawn);
        Map<String, double[]> gradients = model.gradients();
        double loss = model.loss();
        Random random = new Random(3);
        double[] all =
                gradients.values().stream().flatMapToDouble(Arrays::stream).toArray();
        double size = norm(all);
        assertTrue(size > 1e-3, "a loss that nothing moves");
        for (Map.Entry<String, double[]> one : gradients.entrySet()) {
            double[] gradient = one.getValue();
            double allowed = TOLERANCE * (norm(gradient) + 1e-3 * (size + Math.abs(loss)));
            for (int i = 0; i < DIRECTIONS + NUMBERS && gradient.length > 0; i++) {
                double[] direction = new double[gradient.length];
                if (i < DIRECTIONS) {
                    Arrays.setAll(direction, at -> random.nextGaussian());
                    double length = norm(direction);
                    Arrays.setAll(direction, at -> direction[at] / length);
                } else {
                    direction[random.nextInt(direction.length)] = 1;
                }
                double expected = model.slope(one.getKey(), direction);
                double found = 0;
                for (int at = 0; at < direction.length; at++) {
                    found += gradient[at] * direction[at];
                }
                assertEquals(expected, found, allowed, one.getKey() + ", direction " + i);
            }
        }
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }

    /** A program's loss Σ c ⊙ outputs over all runs as a function of its weights and inputs. */
    private static final class Model {
        private final RandomPrograms.Drawn drawn;
        private final LayerProgram program;
        private final Map<String, double[]> variables =
                new LinkedHashMap<>(); // weights, and "input …" of all runs' rows
        private final List<List<double[]>> inputs = new ArrayList<>(); // by run and slot
        private final List<List<double[]>> cotangents = new ArrayList<>(); // by run and output
        private final Float64Program run;

        Model(RandomPrograms.Drawn drawn) {
            this.drawn = drawn;
            this.program = drawn.c().program();
            Map<String, WeightNumbers> weights = new HashMap<>();
            program.weights().forEach((name, dims) -> {
                double[] numbers =
                        Flat.widened(drawn.c().weights().get(name, dims).toTensor());
                variables.put(name, numbers);
                weights.put(name, WeightNumbers.of(numbers));
            });
            this.run = new ReferenceTrainingPlan(TrainingSpec.of(drawn.spec()), weights).program();
            Random random = new Random(5);
            List<Tensor> rows = drawn.inputs();
            for (int r = 0; r < drawn.runs().length; r++) {
                inputs.add(drawn.ofRun(rows, r).stream().map(Flat::widened).toList());
                int tokens = Arrays.stream(drawn.runs()[r]).sum();
                List<double[]> given = new ArrayList<>();
                program.outputs()
                        .forEach(slot -> given.add(random.doubles((long) tokens * slot.width(), -1, 1)
                                .toArray()));
                cotangents.add(given);
            }
        }

        private List<Slot> differentiable() {
            return program.inputs().stream().filter(drawn.c()::holdsNumbers).toList();
        }

        double loss() {
            double loss = 0;
            run.reset();
            int[] positions = new int[drawn.total().length];
            for (int r = 0; r < drawn.runs().length; r++) {
                int[] lengths = drawn.runs()[r];
                List<double[]> outputs = run.forward(lengths, positions.clone(), inputs.get(r));
                for (int o = 0; o < outputs.size(); o++) {
                    double[] out = outputs.get(o);
                    for (int i = 0; i < out.length; i++) {
                        loss += out[i] * cotangents.get(r).get(o)[i];
                    }
                }
                Arrays.setAll(positions, n -> positions[n] + lengths[n]);
            }
            return loss;
        }

        Map<String, double[]> gradients() {
            loss();
            Map<String, double[]> sums = new LinkedHashMap<>();
            int runs = drawn.runs().length;
            for (int r = runs - 1; r >= 0; r--) {
                Float64Program.Gradients found = run.backward(r < runs - 1, r > 0, cotangents.get(r), differentiable());
                found.weights().forEach((name, gradient) -> {
                    double[] sum = sums.computeIfAbsent(name, key -> new double[gradient.length]);
                    Arrays.setAll(sum, i -> sum[i] + gradient[i]);
                });
                for (Slot slot : differentiable()) {
                    sums.put(
                            inputName(slot, r),
                            found.inputs().get(program.inputs().indexOf(slot)));
                }
            }
            return sums;
        }

        private static String inputName(Slot slot, int run) {
            return "input " + slot.name() + " of run " + run;
        }

        private double[] variable(String name) {
            for (Slot slot : differentiable()) {
                for (int r = 0; r < inputs.size(); r++) {
                    if (name.equals(inputName(slot, r))) {
                        return inputs.get(r).get(program.inputs().indexOf(slot));
                    }
                }
            }
            return variables.get(name);
        }

        double slope(String name, double[] direction) {
            double[] at = variable(name);
            double[] before = at.clone();
            double near = moved(at, before, direction, STEP) - moved(at, before, direction, -STEP);
            double far = moved(at, before, direction, 2 * STEP) - moved(at, before, direction, -2 * STEP);
            System.arraycopy(before, 0, at, 0, at.length);
            return (8 * near - far) / (12 * STEP);
        }

        private double moved(double[] at, double[] from, double[] direction, double step) {
            Arrays.setAll(at, i -> from[i] + step * direction[i]);
            return loss();
        }
    }
}
