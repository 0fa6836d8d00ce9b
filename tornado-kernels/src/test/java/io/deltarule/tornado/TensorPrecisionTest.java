package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Precision;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.reference.delta.DeltaReference;
import io.deltarule.core.testkit.DeltaCase;
import io.deltarule.core.testkit.Float32Recurrence;
import io.deltarule.core.testkit.Verify;
import io.deltarule.tornado.delta.tensor.TileProducts;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import uk.ac.manchester.tornado.api.types.BFloat16;

/**
 * Products on tensor cores: what they may cost is twice what rounding the inputs alone costs.
 *
 * <pre>  error ≤ 2 · |float64 of rounded q, k, p, v, S0 − float64| + float32's own floor </pre>
 */
@Tag("emulator") // other devices that tests run on have no such products
class TensorPrecisionTest {
    /** Tensors that become operands; gains and gates stay as they are. */
    private static final List<Input> OPERANDS = List.of(Input.Q, Input.K, Input.V, Input.P);

    static Stream<Arguments> cases() {
        DeltaCase gated = DeltaCase.of(Variant.GATED_DELTA_RULE, Gate.SCALAR, 1, 150, 1, 2, 32, 48, 1);
        return Stream.of(
                        Arguments.of(gated, 64),
                        Arguments.of(gated.withDecay(20), 32),
                        Arguments.of(gated.packed(64, 3, 1, 70), 32),
                        Arguments.of(DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 1, 70, 1, 1, 64, 144, 1), 64),
                        Arguments.of(DeltaCase.of(Variant.DELTA_RULE, Gate.NONE, 2, 33, 2, 2, 16, 16, 1), 16),
                        Arguments.of(DeltaCase.of(Variant.COMBA, Gate.SCALAR, 1, 70, 2, 4, 32, 16, 1), 32),
                        Arguments.of(DeltaCase.of(Variant.GATED_DELTA_PRODUCT, Gate.SCALAR, 1, 40, 1, 2, 32, 32, 2), 32),
                        Arguments.of(DeltaCase.of(Variant.SSD, Gate.SCALAR, 1, 70, 1, 2, 48, 32, 1), 64),
                        Arguments.of(DeltaCase.of(Variant.SSD, Gate.NONE, 1, 1, 1, 2, 16, 32, 1), 16))
                .flatMap(c -> Stream.of(Precision.TENSOR, Precision.TENSOR_SPLIT)
                        .map(precision -> Arguments.of(c.get()[0], c.get()[1], precision)));
    }

    private static PlanSpec spec(DeltaCase c, int C, Precision precision) {
        return PlanSpec.of(c.variant(), c.shape())
                .withForm(Form.CHUNK)
                .withChunkSize(C)
                .onDevice(TestDevice.id())
                .withPrecision(precision);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void costsAtMostTwiceWhatRoundedInputsDo(DeltaCase c, int C, Precision precision) {
        PlanSpec spec = spec(c, C, precision);
        DeltaOutputs out = Verify.run(new TornadoEngine(), spec, c.inputs());
        DeltaReference.Result exact = DeltaReference.recurrent(c.variant(), c.inputs(), spec.scale());
        DeltaReference.Result rounded =
                DeltaReference.recurrent(c.variant(), rounded(c.inputs(), precision), spec.scale());
        double floor = Float32Recurrence.tolerance(c.variant(), c.inputs(), spec.scale(), exact);
        within("o", exact.o(), rounded.o(), out.o(), floor);
        within("final_state", exact.finalState(), rounded.finalState(), out.finalState(), floor);
    }

    private static void within(String name, double[] exact, double[] rounded, Tensor found, double floor) {
        Comparison cost = Comparison.of(name, exact.length, i -> exact[(int) i], i -> rounded[(int) i]);
        Comparison error = Comparison.of(name, exact, found);
        if (Boolean.getBoolean("deltarule.test.print")) System.out.printf("%s: error %.3g, rounded inputs %.3g, ratio %.2f%n", name, error.ratio(), cost.ratio(), error.ratio() / cost.ratio());
        double tolerance = 2 * cost.ratio() + floor;
        assertTrue(error.within(tolerance), () -> error + "; rounded inputs cost " + cost.ratio());
    }

    private static DeltaInputs rounded(DeltaInputs in, Precision precision) {
        DoubleUnaryOperator rounding = precision == Precision.TENSOR
                ? TensorPrecisionTest::term
                : x -> term(x) + term(x - term(x));
        DeltaInputs all = in;
        for (Input each : OPERANDS) {
            if (in.get(each) != null) {
                all = all.with(each, rounded(in.get(each), rounding));
            }
        }
        return in.initialState() == null ? all : all.withInitialState(rounded(in.initialState(), rounding));
    }

    private static double term(double x) {
        return BFloat16.bf16ToFloat(BFloat16.bf16FromFloat((float) x));
    }

    private static Tensor rounded(Tensor x, DoubleUnaryOperator rounding) {
        float[] values = x.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rounding.applyAsDouble(values[i]);
        }
        return Tensor.of(values, x.dims());
    }
}
