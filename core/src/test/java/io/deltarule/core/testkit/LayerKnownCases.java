package io.deltarule.core.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Operations of layers on numbers worked out by hand, before any reference is trusted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class LayerKnownCases {
    /** The engine under test. */
    protected abstract LayerEngine engine();

    /** Its device, or null for its own choice. */
    protected String device() {
        return null;
    }

    /** Runs one operation over the tokens of one sequence. */
    private float[] run(LayerOp op, Map<String, Tensor> weights, float[]... inputs) {
        return run(op, op.out(), weights, inputs);
    }

    /** The same where another of the slots that it writes is wanted. */
    private float[] run(LayerOp op, Slot wanted, Map<String, Tensor> weights, float[]... inputs) {
        List<Tensor> in = new ArrayList<>();
        int tokens = inputs[0].length / op.reads().getFirst().width();
        for (int i = 0; i < inputs.length; i++) {
            in.add(Tensor.of(inputs[i], tokens, op.reads().get(i).width()));
        }
        LayerProgram program = new LayerProgram(op.reads(), List.of(wanted), List.of(op));
        LayerSpec spec =
                LayerSpec.of(program, Weights.of(weights), tokens, 1, tokens).onDevice(device());
        try (LayerPlan plan = engine().plan(spec)) {
            Tensor out = Tensor.zeros(tokens, wanted.width()).fill(Float.NaN);
            plan.run(new int[] {tokens}, in, List.of(out));
            return out.toArray();
        }
    }

    private static Slot x(int width) {
        return new Slot("x", width);
    }

    private static Slot y(int width) {
        return new Slot("y", width);
    }

    private static Slot z(int width) {
        return new Slot("z", width);
    }

    private static float[] of(double... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    @Test
    void linear() {
        Tensor W = Tensor.of(of(1, 2, 0, -1, 1, 1), 3, 2);
        float[] y = run(
                new MatrixOp.Linear(x(2), y(3), "W", "b"),
                Map.of("W", W, "b", Tensor.of(of(0, 0, 5), 3)),
                of(1, 2, 3, 4));
        assertArrayEquals(of(5, -2, 8, 11, -4, 12), y);
    }

    @Test
    void embedding() {
        Tensor table = Tensor.of(of(1, 2, 3, 4, 5, 6), 3, 2);
        float[] y = run(new MatrixOp.Embedding(x(1), y(2), "t", 3), Map.of("t", table), of(2, 0));
        assertArrayEquals(of(5, 6, 1, 2), y);
    }

    /** y_t = 1 x_{t−2} + 10 x_{t−1} + 100 x_t + 1000, zeros before the first token. */
    @Test
    void convolutionOfThreeTaps() {
        LayerOp op = new SequenceOp.ShortConvolution(x(1), y(1), "W", "b", 3, Activation.IDENTITY);
        float[] y = run(op, Map.of("W", Tensor.of(of(1, 10, 100), 1, 3), "b", Tensor.of(of(1000), 1)), of(1, 2, 3, 4));
        assertArrayEquals(of(1100, 1210, 1321, 1432), y);
    }

    /** Zeros before the first token. */
    @Test
    void tokenDifference() {
        float[] y = run(new SequenceOp.TokenDifference(x(2), y(2)), Map.of(), of(1, 5, 3, 4, 3, -2));
        assertArrayEquals(of(-1, -5, -2, 1, 0, 6), y);
    }

    @Test
    void headDot() {
        float[] y = run(new ElementwiseOp.HeadDot(x(4), z(4), y(2)), Map.of(), of(1, 2, 3, 4), of(5, 6, -7, 8));
        assertArrayEquals(of(17, 11), y);
    }

    /** The group 1, 3 has mean 2 and deviation 1; 4, 4 has none; 0, 6 has mean 3 and deviation 3, with eps 7 the divisor 4. */
    @Test
    void layerNorm() {
        Map<String, Tensor> weights = Map.of("w", Tensor.of(of(10, 20, 30, 40), 4), "b", Tensor.of(of(1, 2, 3, 4), 4));
        assertArrayEquals(
                of(-9, 22, 3, 4),
                run(new NormOp.LayerNorm(x(4), y(4), "w", "b", 2, 1e-12), weights, of(1, 3, 4, 4)),
                1e-5f);
        assertArrayEquals(
                of(-7.5, 15, -22.5, 30),
                run(new NormOp.LayerNorm(x(4), y(4), "w", null, 2, 7), weights, of(0, 6, -2, 4)),
                1e-5f);
    }

    /** Token t takes 1 of x_{t−2}, 10 of x_{t−1} and t + 1 hundreds of x_t; the second channel only the token before, negated. */
    @Test
    void dynamicConvolution() {
        LayerOp op = new SequenceOp.DynamicConvolution(x(2), z(6), y(2), 3, Activation.IDENTITY);
        float[] x = of(1, 5, 2, 6, 3, 7);
        float[] kernels = of(1, 10, 100, 0, -1, 0, 1, 10, 200, 0, -1, 0, 1, 10, 300, 0, -1, 0);
        assertArrayEquals(of(100, 0, 410, -5, 921, -6), run(op, Map.of(), x, kernels));
    }

    /** With a limit of 2: x is cut to ±2, ReLU(z) to 2. */
    @Test
    void multiplyWithALimit() {
        LayerOp op = new ElementwiseOp.Multiply(x(4), z(4), y(4), Activation.RELU, 2);
        assertArrayEquals(of(2, -4, 4, 0), run(op, Map.of(), of(2, -3, 5, 9), of(1, 7, 3, -1)));
    }

    @Test
    void l2Norm() {
        float[] y = run(new NormOp.L2Norm(x(4), y(4), 2, 0), Map.of(), of(3, 4, 0, -5));
        assertArrayEquals(of(0.6, 0.8, 0, -1), y, 1e-7f);
    }

    @Test
    void rmsNorm() {
        // mean of squares (1 + 49) / 2 = 25
        Map<String, Tensor> weights = Map.of("w", Tensor.of(of(10, 100), 2));
        LayerOp plain = new NormOp.RmsNorm(x(2), null, y(2), "w", 2, 0, false, Activation.IDENTITY);
        close(of(2, 140), run(plain, weights, of(1, 7)), 0);
        LayerOp centred = new NormOp.RmsNorm(x(2), null, y(2), "w", 2, 0, true, Activation.IDENTITY);
        close(of(2.2, 141.4), run(centred, weights, of(1, 7)), 0);
        LayerOp gated = new NormOp.RmsNorm(x(2), z(2), y(2), "w", 2, 0, false, Activation.SIGMOID);
        assertArrayEquals(of(1, 0), run(gated, weights, of(1, 7), of(0, -200)), 1e-5f);
    }

    @Test
    void activationsOfSmallAndLargeNumbers() {
        float[] x = of(0, 200, -200, 1e-4, Math.log(3));
        close(of(1, 2, 0, 1.00005, 1.5), map(Activation.SIGMOID, 2, x), 1e-30f);
        close(of(0, 200, 0, 5.00025e-5, 0.75 * Math.log(3)), map(Activation.SILU, 1, x), 1e-30f);
        assertArrayEquals(of(0, 200, 0, 1e-4, Math.log(3)), map(Activation.RELU, 1, x));
        close(of(-0.5, -1, -1e-5), map(Activation.ELU, 1, of(-Math.log(2), -200, -1.000005e-5)), 1e-30f);
    }

    /** Within four units in the last place: devices divide and take exponentials to within two or three. */
    private static void close(float[] expected, float[] found, float atZero) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], atZero + 4 * Math.ulp(expected[i]), "number " + i);
        }
    }

    private float[] map(Activation act, double factor, float[] x) {
        return run(new ElementwiseOp.Activate(x(1), y(1), act, factor), Map.of(), x);
    }

    @Test
    void multiplyAddAndSlice() {
        LayerOp equal = new ElementwiseOp.Multiply(x(2), z(2), y(2), Activation.RELU);
        assertArrayEquals(of(8, 0), run(equal, Map.of(), of(2, 3), of(4, -1)));
        LayerOp perHead = new ElementwiseOp.Multiply(x(4), z(2), y(4), Activation.IDENTITY);
        assertArrayEquals(of(10, 20, 300, 400), run(perHead, Map.of(), of(1, 2, 3, 4), of(10, 100)));
        assertArrayEquals(of(5, 1), run(new ElementwiseOp.Add(x(2), z(2), y(2)), Map.of(), of(2, 3), of(3, -2)));
        LayerOp slice = new ChannelOp.Slice(x(6), y(2), 2, 1);
        assertArrayEquals(of(2, 5), run(slice, Map.of(), of(1, 2, 3, 4, 5, 6)));
    }

    @Test
    void joinOfOwnAndSharedParts() {
        float[] a = of(1, 2, 3, 4, 11, 12, 13, 14);
        LayerOp own = new ChannelOp.Join(x(4), z(2), y(6), 2);
        assertArrayEquals(of(1, 2, 8, 3, 4, 9, 11, 12, 18, 13, 14, 19), run(own, Map.of(), a, of(8, 9, 18, 19)));
        LayerOp shared = new ChannelOp.Join(x(4), z(1), y(6), 2);
        assertArrayEquals(of(1, 2, 8, 3, 4, 8, 11, 12, 18, 13, 14, 18), run(shared, Map.of(), a, of(8, 18)));
    }

    @Test
    void sumNorm() {
        assertArrayEquals(of(0.25, 0.75, -1, 2), run(new NormOp.SumNorm(x(4), y(4), 2), Map.of(), of(1, 3, -5, 10)));
    }

    /**
     * Expert e gives x · 10^e (SiLU of 1000 is 1000, times x/1000). Softmax of ln 1, ln 2, ln 5 is ⅛, ¼, ⅝: experts 1 and 2
     * are chosen. The correction makes it experts 0 and 1 without changing their weights.
     */
    @Test
    void experts() {
        Map<String, Tensor> weights = new HashMap<>();
        weights.put("c", Tensor.of(of(1, 0.5, 0), 3));
        for (int e = 0; e < 3; e++) {
            weights.put("e." + e + ".gate_proj.weight", Tensor.of(of(0, 1000), 1, 2));
            weights.put("e." + e + ".up_proj.weight", Tensor.of(of(0.001, 0), 1, 2));
            weights.put("e." + e + ".down_proj.weight", Tensor.of(of(Math.pow(10, e)), 1, 1));
        }
        float[] x = of(2, 1);
        float[] z = of(0, Math.log(2), Math.log(5));
        assertArrayEquals(
                of(2 * (2.5 + 62.5)),
                experts(new MatrixOp.Experts.Routing(2, false, null, false, 1), weights, x, z),
                1e-4f);
        assertArrayEquals(
                of(4 * (20 + 500) / 7.0),
                experts(new MatrixOp.Experts.Routing(2, false, null, true, 2), weights, x, z),
                1e-4f);
        assertArrayEquals(
                of(2 * (0.125 + 2.5)),
                experts(new MatrixOp.Experts.Routing(2, false, "c", false, 1), weights, x, z),
                1e-5f);
        // sigmoid of ln 1, ln 2, ln 5: 1/2, 2/3, 5/6; of equal scores the lowest numbers are chosen
        assertArrayEquals(
                of(2 * 500 / 6.0),
                experts(new MatrixOp.Experts.Routing(1, true, null, false, 1), weights, x, z),
                1e-4f);
        assertArrayEquals(
                of(11), experts(new MatrixOp.Experts.Routing(2, true, null, true, 1), weights, x, of(3, 3, 3)), 1e-5f);
    }

    /**
     * Expert e gives 10^e. Scores are those of z = 3, 0, 2, 2: the best expert is in the group (0, 1), but the group (2, 3) has
     * the larger sum of its two best. Scores corrected to be negative are still better than those of dropped groups.
     */
    @Test
    void expertsInGroups() {
        Map<String, Tensor> weights = new HashMap<>();
        weights.put("c", Tensor.of(of(-5, -5, -5, -5), 4));
        for (int e = 0; e < 4; e++) {
            weights.put("e." + e + ".gate_proj.weight", Tensor.of(of(1000), 1, 1));
            weights.put("e." + e + ".up_proj.weight", Tensor.of(of(0.001), 1, 1));
            weights.put("e." + e + ".down_proj.weight", Tensor.of(of(Math.pow(10, e)), 1, 1));
        }
        float[] z = of(3, 0, 2, 2);
        for (String correction : new String[] {null, "c"}) {
            MatrixOp.Experts.Routing routing =
                    new MatrixOp.Experts.Routing(2, true, correction, true, 1, new MatrixOp.Experts.Groups(2, 1));
            LayerOp op = new MatrixOp.Experts(x(1), z(4), y(1), routing, "e.", 1);
            assertArrayEquals(of(550), run(op, weights, of(1), z), 1e-3f);
        }
    }

    private float[] experts(MatrixOp.Experts.Routing routing, Map<String, Tensor> weights, float[] x, float[] z) {
        return run(new MatrixOp.Experts(x(2), z(3), y(1), routing, "e.", 1), weights, x, z);
    }

    /** softplus(0) = ln 2; softplus of a large x is x, of a very negative one exp(x); exp(A_log) = 2. */
    @Test
    void logDecay() {
        Map<String, Tensor> weights = Map.of("A", Tensor.of(of(Math.log(2)), 1), "dt", Tensor.of(of(0.5), 1));
        float[] x = of(-0.5, 199.5, -20.5, -200.5);
        LayerOp unbounded = new ElementwiseOp.LogDecay(x(1), y(1), "A", "dt", 1, 0);
        float[] g = run(unbounded, weights, x);
        float[] expected = of(-2 * Math.log(2), -400, -2 * Math.exp(-20), 0);
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(of(expected[i]), of(g[i]), Math.abs(expected[i]) * 1e-6f, "token " + i);
        }
        LayerOp bounded = new ElementwiseOp.LogDecay(x(1), y(1), "A", "dt", 1, -5);
        assertArrayEquals(of(-2.5, -5, 0, 0), run(bounded, weights, x), 1e-6f);
    }

    /** Softplus of a large number is that number, of a very negative one its exponential. */
    @Test
    void softplus() {
        LayerOp op = new ElementwiseOp.Activate(x(1), y(1), Activation.SOFTPLUS, 2);
        float[] y = run(op, Map.of(), of(0, 200, -20, -200));
        float[] expected = of(2 * Math.log(2), 400, 2 * Math.exp(-20), 0);
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(of(expected[i]), of(y[i]), Math.abs(expected[i]) * 1e-6f, "token " + i);
        }
    }

    /** softplus(0) = ln 2; a step of 200 becomes 5, one of exp(−20) 0.01; exp(A_log) = 2. Both slots are outputs. */
    @Test
    void timeStep() {
        Map<String, Tensor> weights = Map.of("A", Tensor.of(of(Math.log(2)), 1), "dt", Tensor.of(of(0.5), 1));
        float[] x = of(-0.5, 199.5, -20.5);
        Slot step = new Slot("step", 1);
        Slot decay = new Slot("decay", 1);
        LayerOp op = new ElementwiseOp.TimeStep(x(1), step, decay, "A", "dt", 0.01, 5);
        assertArrayEquals(of(Math.log(2), 5, 0.01), run(op, step, weights, x), 1e-6f);
        assertArrayEquals(of(-2 * Math.log(2), -10, -0.02), run(op, decay, weights, x), 1e-5f);
    }

    /** y = a + w ⊙ x, the first factor for two channels; and without a. */
    @Test
    void scale() {
        Map<String, Tensor> weights = Map.of("w", Tensor.of(of(2, -1), 2));
        LayerOp adds = new ElementwiseOp.Scale(x(4), z(4), y(4), "w", 2);
        assertArrayEquals(of(12, 24, 27, 36), run(adds, weights, of(1, 2, 3, 4), of(10, 20, 30, 40)));
        LayerOp alone = new ElementwiseOp.Scale(x(2), null, y(2), "w", 2);
        assertArrayEquals(of(6, -8), run(alone, weights, of(3, 8)));
    }

    /** K = V = 1: S = 1·3 = 3, then S = 3 + ½·(5 − 3) = 4; q = 2, scale = 10. */
    @Test
    void delta() {
        DeltaShape shape = new DeltaShape(1, 1, 1, 1, 1, 1, 1, 1, Gate.NONE);
        Map<Input, Slot> in =
                Map.of(Input.Q, x(1), Input.K, z(1), Input.V, new Slot("v", 1), Input.BETA, new Slot("b", 1));
        LayerOp op = new SequenceOp.Delta(Variant.DELTA_RULE, shape, in, y(1), null, 10);
        Map<Slot, float[]> given =
                Map.of(x(1), of(2, 2), z(1), of(1, 1), new Slot("v", 1), of(3, 5), new Slot("b", 1), of(1, 0.5));
        float[][] inputs = op.reads().stream().map(given::get).toArray(float[][]::new);
        assertArrayEquals(of(60, 80), run(op, Map.of(), inputs), 1e-5f);
    }

    /** γ = sigmoid(ln 3) = ¾. */
    @Test
    void mixReads() {
        float[] z = of(Math.log(3));
        LayerOp convex = new ElementwiseOp.MixReads(x(2), new Slot("cross", 2), z(1), y(2), false);
        assertArrayEquals(of(7, 1), run(convex, Map.of(), of(4, 4), of(8, 0), z), 1e-6f);
        LayerOp additive = new ElementwiseOp.MixReads(x(2), new Slot("cross", 2), z(1), y(2), true);
        assertArrayEquals(of(10, 4), run(additive, Map.of(), of(4, 4), of(8, 0), z), 1e-6f);
    }

    /** Position 0 passes; at position 1 pair 0 turns by 1, pair 1 by theta^(−1/2) = 0.1; channel 4 passes. */
    @Test
    void rotary() {
        LayerOp op = new PositionOp.Rotary(x(5), y(5), 5, 4, 100);
        float[] y = run(op, Map.of(), of(1, 2, 3, 4, 5, 1, 0, 0, 1, 5));
        double c = Math.cos(0.1);
        double s = Math.sin(0.1);
        assertArrayEquals(of(1, 2, 3, 4, 5, Math.cos(1), -s, Math.sin(1), c, 5), y, 1e-6f);
    }

    /** Angles ½ π then π more, at temperature ½: turns by ¼ π and ¾ π. */
    @Test
    void selectiveRotary() {
        LayerOp op = new PositionOp.SelectiveRotary(x(2), z(1), y(2), "tau", 2, 2);
        float[] y = run(op, Map.of("tau", Tensor.of(of(0.5), 1)), of(1, 0, 0, 1), of(Math.PI / 2, Math.PI));
        double h = Math.sqrt(0.5);
        assertArrayEquals(of(h, h, -h, -h), y, 1e-6f);
    }

    /** Two tokens: the second sees logits 0 and ln 3, so weights ¼ and ¾. */
    @Test
    void attentionOverTwoTokens() {
        LayerOp op = new SequenceOp.Attention(x(1), z(1), new Slot("v", 1), y(1), 1, 1, 0, 2);
        float[] y = run(op, Map.of(), of(7, Math.log(3) / 2), of(0, 1), of(4, 8));
        assertArrayEquals(of(4, 7), y, 1e-6f);
    }

    @Test
    void attentionWithWindowOneReturnsItsValue() {
        LayerOp op = new SequenceOp.Attention(x(4), z(2), new Slot("v", 1), y(2), 2, 1, 1, 1);
        float[] y = run(op, Map.of(), of(1, 2, 3, 4, 5, 6, 7, 8), of(1, 2, 3, 4), of(9, -3));
        assertArrayEquals(of(9, 9, -3, -3), y, 1e-6f);
    }
}
