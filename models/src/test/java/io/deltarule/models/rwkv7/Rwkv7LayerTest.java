package io.deltarule.models.rwkv7;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuEngine;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.WeightType;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.models.BlockStack;
import io.deltarule.models.format.RandomWeights;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two blocks of RWKV-7 against {@link PlainRwkv7}, loops that know no operation of this library. */
class Rwkv7LayerTest {
    private static final int TOKENS = 11;
    private static final Rwkv7Config CONFIG =
            new Rwkv7Config(24, 3, 48, new Rwkv7Config.Ranks(5, 3, 4, 7), 8e-5, 1e-12);

    static Stream<DeltaEngine> engines() {
        return Stream.of(new ReferenceEngine(), new CpuEngine(2));
    }

    private static BlockStack blocks() {
        Rwkv7FeedForward mlp = new Rwkv7FeedForward(24, 50);
        Rwkv7Layer first = new Rwkv7Layer(CONFIG, null);
        Rwkv7Layer second = new Rwkv7Layer(CONFIG, Rwkv7Layer.values("model.layers.0.attn.", CONFIG));
        return BlockStack.of(2, i -> new Rwkv7Block(i == 0 ? first : second, mlp, i == 0, 1e-5, true));
    }

    /** One run, and three that go on from each other: shifted rows and states are carried. */
    @ParameterizedTest
    @MethodSource("engines")
    void blocksAreThePlainLoops(DeltaEngine engine) {
        LayerProgram program = blocks().program("model.");
        try (Arena arena = Arena.ofConfined()) {
            Weights weights = RandomWeights.of(List.of(program), WeightType.F32, 9, arena, bytes -> {});
            Random random = new Random(2);
            float[] x = new float[TOKENS * CONFIG.hidden()];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextGaussian();
            }
            PlainRwkv7 plain = new PlainRwkv7(program, weights, CONFIG);
            Tensor expected = Tensor.of(plain.blocks(x, TOKENS), TOKENS, CONFIG.hidden());
            for (int[] runs : new int[][] {{TOKENS}, {4, 1, 6}}) {
                Tensor found = run(engine, program, weights, x, runs);
                Comparison comparison = Comparison.of(engine.name() + Arrays.toString(runs), expected, found);
                assertTrue(comparison.within(2e-6), comparison::toString);
            }
        }
    }

    private static Tensor run(DeltaEngine engine, LayerProgram program, Weights weights, float[] x, int... runs) {
        int width = CONFIG.hidden();
        Tensor all = Tensor.zeros(TOKENS, width);
        LayerSpec spec = LayerSpec.of(program, weights, TOKENS, 1, TOKENS).withChunkSize(8);
        try (LayerPlan plan = LayerEngine.of(engine).plan(spec)) {
            int from = 0;
            for (int length : runs) {
                Tensor out = Tensor.zeros(length, width).fill(Float.NaN);
                float[] in = Arrays.copyOfRange(x, from * width, (from + length) * width);
                plan.run(new int[] {length}, List.of(Tensor.of(in, length, width)), List.of(out));
                for (int i = 0; i < length * width; i++) {
                    all.set((long) from * width + i, out.get(i));
                }
                from += length;
            }
        }
        return all;
    }

    @Test
    void headsDivideBothWidths() {
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> new Rwkv7Config(24, 5, 48, new Rwkv7Config.Ranks(1, 1, 1, 1), 0, 0))
                .getMessage();
        assertEquals("heads: expected a divisor of 24 key and 48 value channels but found 5", message);
    }
}
