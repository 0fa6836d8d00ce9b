package io.deltarule.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DeltaInputsTest {
    private static DeltaInputs good() {
        return DeltaInputs.of(Tensor.zeros(2, 5, 2, 8), Tensor.zeros(2, 5, 2, 8), Tensor.zeros(2, 5, 4, 6))
                .with(Input.G, Tensor.zeros(2, 5, 4))
                .with(Input.BETA, Tensor.zeros(2, 5, 4));
    }

    @Test
    void derivesTheShape() {
        assertEquals(
                new DeltaShape(2, 5, 2, 4, 8, 6, 1, 2, Gate.SCALAR),
                good().withInitialState(Tensor.zeros(2, 4, 8, 6)).validate(Variant.GATED_DELTA_RULE));
    }

    @Test
    void secondKeysMayComePerKeyHeadOrPerValueHead() {
        for (int heads : new int[] {2, 4}) {
            DeltaShape shape =
                    good().with(Input.P, Tensor.zeros(2, 5, heads, 8)).validate(Variant.COMBA);
            assertEquals(8, shape.K());
        }
    }

    static java.util.stream.Stream<Arguments> broken() {
        return java.util.stream.Stream.of(
                broken(
                        "k: expected [2, 5, 2, 8] but found [2, 5, 2, 7]",
                        x -> x.with(Input.K, Tensor.zeros(2, 5, 2, 7))),
                broken("v: expected 4 axes", x -> x.with(Input.V, Tensor.zeros(2, 5, 4))),
                broken(
                        "v: expected [2, 5, 4, 6] but found [2, 4, 4, 6]",
                        x -> x.with(Input.V, Tensor.zeros(2, 4, 4, 6))),
                broken(
                        "expected HV to be a multiple of H",
                        x -> x.with(Input.V, Tensor.zeros(2, 5, 3, 6)).with(Input.G, Tensor.zeros(2, 5, 3))),
                broken("g: expected [B=2, T=5, HV=4] or", x -> x.with(Input.G, Tensor.zeros(2, 5, 2))),
                broken("expects a gate of scalar but found no g", x -> x.with(Input.G, null)),
                broken("expects a gate of scalar but found channel", x -> x.with(Input.G, Tensor.zeros(2, 5, 4, 8))),
                broken("beta is missing", x -> x.with(Input.BETA, null)),
                broken("beta: expected [2, 5, 4]", x -> x.with(Input.BETA, Tensor.zeros(2, 5, 4, 1))),
                broken("has no use for p", x -> x.with(Input.P, Tensor.zeros(2, 5, 2, 8))),
                broken("initial_state: expected [2, 4, 8, 6]", x -> x.withInitialState(Tensor.zeros(1, 4, 8, 6))),
                broken("householders: expected 1", x -> x.withHouseholders(2)),
                broken("expected B = 1 in a packed batch", x -> x.withCuSeqlens(0, 5)));
    }

    private static Arguments broken(String message, UnaryOperator<DeltaInputs> breaking) {
        return Arguments.of(message, breaking);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void namesWhatIsWrong(String message, UnaryOperator<DeltaInputs> breaking) {
        DeltaInputs in = breaking.apply(good());
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> in.validate(Variant.GATED_DELTA_RULE));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count());
    }

    @ParameterizedTest
    @MethodSource("brokenBoundaries")
    void refusesBoundaries(int[] boundaries, String message) {
        DeltaInputs in = DeltaInputs.of(Tensor.zeros(1, 5, 1, 2), Tensor.zeros(1, 5, 1, 2), Tensor.zeros(1, 5, 1, 3))
                .with(Input.BETA, Tensor.zeros(1, 5, 1))
                .withCuSeqlens(boundaries);
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> in.validate(Variant.DELTA_RULE));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    static java.util.stream.Stream<Arguments> brokenBoundaries() {
        return java.util.stream.Stream.of(
                Arguments.of(new int[] {}, "found none"),
                Arguments.of(new int[] {0}, "found 0 to 0"),
                Arguments.of(new int[] {1, 5}, "found 1 to 5"),
                Arguments.of(new int[] {0, 4}, "found 0 to 4"),
                Arguments.of(new int[] {0, 9, 5}, "found 9 then 5 at index 2"),
                Arguments.of(new int[] {0, -3, 5}, "found 0 then -3"));
    }

    @Test
    void tensorsRefuseLengthsThatDoNotFit() {
        assertThrows(InvalidInputException.class, () -> Tensor.of(new float[3], 2, 2));
        assertThrows(InvalidInputException.class, () -> Tensor.zeros(2, -1));
        assertThrows(InvalidInputException.class, () -> Tensor.zeros(1 << 30, 1 << 30, 1 << 30));
        assertThrows(InvalidInputException.class, () -> Tensor.zeros(1 << 16, 1 << 16));
    }

    @Test
    void variantsAreFoundByName() {
        assertEquals(Variant.KDA, Variant.named("kda"));
        InvalidInputException refused = assertThrows(InvalidInputException.class, () -> Variant.named("KDA2"));
        assertTrue(refused.getMessage().contains("delta_rule, gated_delta_rule, kda"), refused.getMessage());
    }
}
