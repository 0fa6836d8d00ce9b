package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.core.testkit.Verify;
import io.deltarule.core.testkit.VerifyGradients;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.StateWalk;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** However the walk through the chunks is cut, it comes to the same. */
@Tag(TestScope.THOROUGH)
class StateWalkTest {
    private static final List<DeltaCase> CASES = List.of(
            DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 84, 1, 2, 16, 12, 1),
            DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 87, 1, 2, 33, 18, 1).withBeta(2),
            DeltaCase.of(Variant.KDA, Gate.CHANNEL, 2, 84, 1, 2, 20, 36, 1)
                    .packed(37, 0, 84, 1, 46)
                    .withDecay(0.5),
            DeltaCase.of(Variant.COMBA, Gate.SCALAR, 2, 50, 2, 4, 24, 40, 1),
            DeltaCase.of(Variant.GDN2, Gate.CHANNEL, 1, 70, 2, 2, 16, 12, 1),
            DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 41, 1, 2, 16, 12, 3),
            DeltaCase.of(Variant.SSD, Gate.NONE, 1, 70, 1, 2, 16, 12, 1),
            DeltaCase.of(Variant.SSD, Gate.SCALAR, 2, 84, 1, 2, 70, 36, 1).packed(37, 0, 84, 1, 46),
            DeltaCase.of(Variant.SSD, Gate.CHANNEL, 1, 70, 1, 2, 16, 12, 1),
            DeltaCase.of(Variant.DELTALENS, Gate.CHANNEL, 1, 55, 1, 2, 20, 24, 1),
            DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 70, 1, 1, 130, 9, 1));
    /** Every width, and segments of one chunk, of several with a rest, and of more than there are. */
    private static final List<StateWalk> WALKS = List.of(
            new StateWalk(8, 1),
            new StateWalk(16, 2),
            new StateWalk(32, 3),
            new StateWalk(8, 9),
            new StateWalk(8, 0),
            new StateWalk(16, 0));
    /** A backward pass has several times the kernels; {@code TornadoGradientTest} has all of 32 channels. */
    private static final List<StateWalk> BACKWARD_WALKS = List.of(new StateWalk(8, 2), new StateWalk(16, 1));

    static List<DeltaCase> backwardCases() {
        return List.of(CASES.get(0), CASES.get(2), CASES.get(4), CASES.get(7), CASES.get(10));
    }

    private static PlanSpec spec(DeltaCase c) {
        return PlanSpec.of(c.variant(), c.shape())
                .withForm(Form.CHUNK)
                .withChunkSize(16)
                .onDevice(TestDevice.id());
    }

    @ParameterizedTest
    @FieldSource("CASES")
    void everyCutMatchesReference(DeltaCase c) {
        PlanSpec spec = spec(c);
        DeltaInputs in = c.inputs();
        Verify.Expected expected = Verify.expected(spec, in);
        for (StateWalk walk : WALKS) {
            try (TornadoPlan plan = new TornadoPlan(spec, TornadoDevices.named(TestDevice.id()), walk)) {
                DeltaOutputs out = DeltaOutputs.poisoned(c.shape());
                plan.run(in, out);
                expected.matches(c.name() + " " + walk, out);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backwardCases")
    void everyCutHasTheSameGradients(DeltaCase c) {
        PlanSpec spec = spec(c);
        DeltaInputs in = c.inputs();
        VerifyGradients.Expected expected = VerifyGradients.expected(spec, in, c.cotangents());
        InputMap map = InputMap.of(c.variant());
        for (StateWalk walk : BACKWARD_WALKS) {
            try (TornadoGradientPlan plan =
                    new TornadoGradientPlan(spec, map, TornadoDevices.named(TestDevice.id()), walk)) {
                DeltaGradients out = DeltaGradients.poisoned(in, c.shape());
                plan.run(in, c.cotangents(), out);
                expected.matches(c.name() + " " + walk, out);
            }
        }
    }

    /** A plan for long sequences gets short ones, and a state that it left. */
    @Test
    void aStateGoesOnThroughRunsOfOtherLengths() {
        DeltaCase whole = CASES.getFirst();
        PlanSpec spec = spec(whole).keepingState();
        try (TornadoPlan cut = new TornadoPlan(spec, TornadoDevices.named(TestDevice.id()), new StateWalk(8, 2));
                TornadoPlan uncut = new TornadoPlan(spec, TornadoDevices.named(TestDevice.id()), new StateWalk(8, 0))) {
            for (int tokens : new int[] {84, 5, 33, 84}) {
                DeltaCase c = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, tokens, 1, 2, 16, 12, 1);
                DeltaInputs in = c.inputs().withInitialState(null);
                DeltaOutputs expected = uncut.run(in);
                DeltaOutputs found = cut.run(in);
                Verify.agree(tokens + " tokens", expected, found, 1e-6);
            }
        }
    }

    private static StateWalk rule(int T, int sequences, int HV, int K, boolean erases) {
        int H = Math.min(HV, 16);
        return StateWalk.of(new DeltaShape(1, T, H, HV, K, 128, 1, sequences, Gate.SCALAR, false), 64, 64, erases, 132);
    }

    /** Two work-groups per compute unit of an H200, first by fewer value channels, then by segments. */
    @ParameterizedTest
    @CsvSource({
        "8192, 1, 64, true, 32, 0",
        "8192, 1, 32, true, 16, 0",
        "8192, 1, 16, true, 8, 0",
        "8192, 4, 16, true, 32, 0",
        "8192, 1, 4, true, 8, 0",
        "8192, 1, 2, true, 8, 32",
        "8192, 1, 1, true, 8, 16",
        "8192, 1, 2, false, 8, 19",
        "1048576, 1, 1, true, 8, 2048",
        "1024, 1, 1, true, 8, 4",
        "512, 1, 1, true, 8, 2",
        "256, 1, 1, true, 8, 0"
    })
    void isCutByShape(int T, int sequences, int HV, boolean erases, int columns, int segment) {
        assertEquals(new StateWalk(columns, segment), rule(T, sequences, HV, 128, erases));
    }

    @Test
    void wideKeysAndLevelsAreWalkedAsWholes() {
        assertTrue(rule(8192, 1, 1, 256, true).segment() > 0);
        assertEquals(0, rule(8192, 1, 1, 257, true).segment());
        DeltaShape levels = new DeltaShape(1, 8192, 1, 1, 128, 128, 1, 1, Gate.SCALAR, false).withLevels(14);
        assertEquals(0, StateWalk.of(levels, 64, 64, true, 132).segment());
    }
}
