package io.deltarule.core.cpu.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.product.WarmUp;
import io.deltarule.core.layer.Weight;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.testkit.RandomBlocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Projections of many tokens by tiles and by OpenBLAS against float64, of lengths that fill no tile, with and without bias. */
class ManyTokensTest {
    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        arena.close();
    }

    private Weight weight(WeightType type, int outputs, int inputs) {
        MemorySegment numbers = arena.allocate(type.bytes((long) outputs * inputs), 64);
        if (RandomBlocks.has(type)) {
            RandomBlocks.fill(type, numbers, 1);
        } else {
            SplittableRandom random = new SplittableRandom(1);
            for (long i = 0; i < (long) outputs * inputs; i++) {
                numbers.setAtIndex(Tensor.FLOAT, i, (float) random.nextDouble(-1, 1));
            }
        }
        return Weight.view(numbers, type, outputs, inputs);
    }

    private float[] project(boolean tiles, int threads, Weight weight, Weight bias, SlotBuffer x, int tokens) {
        int outputs = weight.dim(0);
        SlotBuffer y = SlotBuffer.allocate(arena, tokens, outputs);
        y.data().fill((byte) -1); // NaN
        WeightPanels panels =
                new WeightPanels(arena, threads, x.width(), tiles ? LayerProducts.OWN : LayerProducts.OPENBLAS);
        LayerWeight w = LayerWeight.of(weight, arena);
        LayerWeight b = bias == null ? null : LayerWeight.of(bias, arena);
        ManyTokens step = tiles ? new TiledLinear(x, w, b, y, panels) : new BlasLinear(x, w, b, y, panels);
        LayerRun run = new LayerRun(WorkerPool.of(threads), 1);
        run.begin(new int[] {tokens}, new int[1]);
        step.run(run, tokens);
        float[] result = new float[tokens * outputs];
        MemorySegment.copy(y.data(), Tensor.FLOAT, 0, result, 0, result.length);
        return result;
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 17, 1, 1",
        "F32, 33, 7, 5",
        "F32, 64, 1100, 50",
        "F32, 40, 2050, 97",
        "F32, 1, 96, 200",
        "F32, 1061, 3, 2",
        "Q8_0, 37, 96, 61",
        "Q4_0, 20, 1056, 13",
        "Q4_K, 18, 512, 20",
        "Q6_K, 19, 512, 9"
    })
    void areThoseOfFloat64WhateverTheThreads(WeightType type, int tokens, int inputs, int outputs) {
        SplittableRandom random = new SplittableRandom(2);
        Weight weight = weight(type, outputs, inputs);
        Weight bias = weight(WeightType.F32, 1, outputs);
        SlotBuffer x = SlotBuffer.allocate(arena, tokens, inputs);
        for (int t = 0; t < tokens; t++) {
            for (int j = 0; j < inputs; j++) {
                x.set(t, j, (float) random.nextDouble(-1, 1));
            }
        }
        for (boolean tiles : OpenBlas.unavailable().isPresent() ? new boolean[] {true} : new boolean[] {true, false}) {
            float[] plain = project(tiles, 1, weight, null, x, tokens);
            float[] shifted = project(tiles, 2, weight, bias, x, tokens);
            for (int t = 0; t < tokens; t++) {
                for (int o = 0; o < outputs; o++) {
                    double exact = 0;
                    double size = 0;
                    for (int j = 0; j < inputs; j++) {
                        double term = (double) weight.get((long) o * inputs + j) * x.get(t, j);
                        exact += term;
                        size += Math.abs(term);
                    }
                    assertEquals(exact, plain[t * outputs + o], 2e-6 * size);
                    assertEquals(exact + bias.get(o), shifted[t * outputs + o], 2e-6 * (size + 1));
                }
            }
        }
        assertArraysEqual(project(true, 1, weight, null, x, tokens), project(true, 2, weight, null, x, tokens));
    }

    private static void assertArraysEqual(float[] expected, float[] found) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i]);
        }
    }

    @Test
    void aWarmUpIsWaitedForOnce() {
        WarmUp.begin();
        WarmUp.awaitTile();
        WarmUp.begin();
        WarmUp.awaitTile();
    }
}
