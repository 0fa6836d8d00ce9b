package io.deltarule.core.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.reference.delta.ChunkwiseReference;
import io.deltarule.core.reference.delta.DeltaReference;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.DeltaCases;
import io.deltarule.core.testkit.EngineLaws;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceEngineTest extends EngineLaws {
    @Override
    protected DeltaEngine engine() {
        return new ReferenceEngine();
    }

    @Override
    protected List<Integer> chunkSizes() {
        return List.of(1, 7, 16, 64);
    }

    /** Worked by hand: K = V = 1, two tokens. */
    @Test
    void knownCase() {
        // k = 2, v = 3, beta = 1/2, exp g = 1/2, S0 = 4. S' = 2, retrieved 4, S = 2 + ½·2·(3 − 4) = 1.
        // Then S' = ½, retrieved 1, S = ½ + ½·2·(3 − 1) = 2½. q = 1, scale = 10: o = 10, 25.
        Tensor twos = Tensor.of(new float[] {2, 2}, 1, 2, 1, 1);
        Tensor threes = Tensor.of(new float[] {3, 3}, 1, 2, 1, 1);
        Tensor halves = Tensor.of(new float[] {0.5f, 0.5f}, 1, 2, 1);
        float ln = (float) Math.log(0.5);
        DeltaInputs in = DeltaInputs.of(Tensor.of(new float[] {1, 1}, 1, 2, 1, 1), twos, threes)
                .with(Input.G, Tensor.of(new float[] {ln, ln}, 1, 2, 1))
                .with(Input.BETA, halves)
                .withInitialState(Tensor.of(new float[] {4}, 1, 1, 1, 1));
        DeltaReference.Result result = DeltaReference.recurrent(Variant.GATED_DELTA_RULE, in, 10);
        assertArrayEquals(new double[] {10, 25}, result.o(), 1e-6);
        assertArrayEquals(new double[] {2.5}, result.finalState(), 1e-7);
    }

    @ParameterizedTest
    @MethodSource("allCases")
    void recurrentEqualsChunkInFloat64(DeltaCase c) {
        DeltaInputs in = c.inputs();
        DeltaReference.Result token = DeltaReference.recurrent(c.variant(), in, 0.7);
        for (int C : new int[] {1, 5, 16, 64}) {
            DeltaReference.Result chunk = ChunkwiseReference.run(c.variant(), in, 0.7, C);
            assertArrayEquals(token.o(), chunk.o(), 1e-12);
            assertArrayEquals(token.oCross(), chunk.oCross(), 1e-11);
            assertArrayEquals(token.finalState(), chunk.finalState(), 1e-12);
        }
    }

    static List<DeltaCase> allCases() {
        return java.util.stream.Stream.concat(DeltaCases.small().stream(), DeltaCases.edges().stream())
                .toList();
    }

    /** Head 0 forgets its initial state; head 1 has no decay and must be the plain delta rule. */
    @Test
    void gateIsReadPerValueHead() {
        DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 3, 1, 2, 4, 4, 1);
        Tensor g = Tensor.zeros(1, 3, 2);
        for (long t = 0; t < 3; t++) {
            g.set(2 * t, -100f);
        }
        DeltaInputs in = c.inputs().with(Input.G, g);
        double[] gated = DeltaReference.recurrent(c.variant(), in, 1).finalState();
        double[] fromZero = DeltaReference.recurrent(c.variant(), in.withInitialState(null), 1)
                .finalState();
        double[] ungated = DeltaReference.recurrent(Variant.DELTA_RULE, in.with(Input.G, null), 1)
                .finalState();
        assertArrayEquals(Arrays.copyOf(fromZero, 16), Arrays.copyOf(gated, 16), 1e-12);
        assertArrayEquals(Arrays.copyOfRange(ungated, 16, 32), Arrays.copyOfRange(gated, 16, 32), 1e-12);
    }
}
