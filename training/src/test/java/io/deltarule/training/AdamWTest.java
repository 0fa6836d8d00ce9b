package io.deltarule.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** AdamW against its equations in float64. */
class AdamWTest {
    private static final int LARGE = 70_000; // more than one piece, and many blocks
    private static final double RATE = 0.003;
    private static final AdamW.Settings SETTINGS = new AdamW.Settings(0.9, 0.97, 1e-8, 0.2);

    private static ParameterLayout layout() {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("matrix", new int[] {LARGE / 5, 5});
        shapes.put("norm", new int[] {3});
        return new ParameterLayout(shapes);
    }

    private static void fill(Tensor tensor, Random random) {
        for (long i = 0; i < tensor.size(); i++) {
            tensor.set(i, (float) random.nextGaussian());
        }
    }

    @Test
    void equalsTheEquationsInFloat64() {
        ParameterLayout layout = layout();
        Random random = new Random(5);
        try (ParameterArena w = new ParameterArena(layout);
                ParameterArena g = new ParameterArena(layout);
                Optimizer adamW = SETTINGS.of(layout, name -> name.equals("matrix"))) {
            fill(w.tensor("matrix"), random);
            fill(w.tensor("norm"), random);
            for (String name : new String[] {"matrix", "norm"}) {
                int size = (int) w.tensor(name).size();
                double[] exact = new double[size];
                Arrays.setAll(exact, w.tensor(name)::get);
                double decay = name.equals("matrix") ? 0.2 : 0;
                double[] m = new double[size];
                double[] v = new double[size];
                Random gradients = new Random(6);
                for (int step = 1; step <= 7; step++) {
                    fill(g.tensor(name), gradients);
                    // only this parameter's is looked at; the other one's gradient is zero or left over
                    adamW.update(w, g, RATE, step);
                    for (int i = 0; i < size; i++) {
                        double gradient = g.tensor(name).get(i);
                        m[i] = 0.9 * m[i] + 0.1 * gradient;
                        v[i] = 0.97 * v[i] + 0.03 * gradient * gradient;
                        double first = m[i] / (1 - Math.pow(0.9, step));
                        double second = v[i] / (1 - Math.pow(0.97, step));
                        exact[i] -= RATE * decay * exact[i];
                        exact[i] -= RATE * first / (Math.sqrt(second) + 1e-8);
                    }
                }
                for (int i = 0; i < size; i++) {
                    assertEquals(exact[i], w.tensor(name).get(i), 2e-6, name + " " + i);
                }
                adamW.state().values().forEach(ParameterArena::clear);
                g.clear();
            }
        }
    }

    @Test
    void withoutGradientsOnlyWhatDecaysChanges() {
        ParameterLayout layout = layout();
        try (ParameterArena w = new ParameterArena(layout);
                ParameterArena g = new ParameterArena(layout);
                Optimizer adamW = SETTINGS.of(layout, name -> name.equals("matrix"))) {
            w.tensor("matrix").fill(1);
            w.tensor("norm").fill(1);
            adamW.update(w, g, 0.5, 1);
            assertEquals(0.9f, w.tensor("matrix").get(LARGE - 1));
            assertEquals(1, w.tensor("norm").get(0));
            assertEquals(0, w.data().getAtIndex(Tensor.FLOAT, layout.size() - 1), "gaps stay zero");
        }
    }

    @Test
    void itsStateIsWhatCheckpointsKeep() {
        ParameterLayout layout = layout();
        try (ParameterArena g = new ParameterArena(layout);
                ParameterArena w = new ParameterArena(layout);
                Optimizer one = SETTINGS.of(layout, name -> true);
                Optimizer other = SETTINGS.of(layout, name -> true)) {
            fill(g.tensor("norm"), new Random(1));
            one.update(w, g, RATE, 1);
            assertEquals(List.of("m", "v"), List.copyOf(one.state().keySet()));
            try (ParameterArena copy = new ParameterArena(layout)) {
                copy.data().copyFrom(w.data());
                one.state()
                        .forEach((name, arena) -> other.state().get(name).data().copyFrom(arena.data()));
                one.update(w, g, RATE, 2);
                other.update(copy, g, RATE, 2);
                assertArrayEquals(
                        w.tensor("norm").toArray(), copy.tensor("norm").toArray());
            }
        }
    }

    @Test
    void constantsOutsideTheirRangeAreRefused() {
        assertThrows(InvalidInputException.class, () -> new AdamW.Settings(1, 0.9, 1e-8, 0));
        assertThrows(InvalidInputException.class, () -> new AdamW.Settings(0.9, Double.NaN, 1e-8, 0));
        assertThrows(InvalidInputException.class, () -> new AdamW.Settings(0.9, 0.9, 1e-8, -1));
    }
}
