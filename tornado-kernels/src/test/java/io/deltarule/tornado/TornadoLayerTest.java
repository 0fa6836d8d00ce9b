package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.core.testkit.LayerCase;
import io.deltarule.core.testkit.LayerCases;
import io.deltarule.core.testkit.LayerLaws;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.tornado.graph.DeviceHandle;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws of layers on TornadoVM's device, or on the emulator, and what a TornadoVM plan promises beyond them. */
class TornadoLayerTest extends LayerLaws {
    @Override
    protected LayerEngine engine() {
        return new TornadoEngine();
    }

    /** The engine's own choice is chunks but for single tokens. */
    @Override
    protected List<Form> forms() {
        return List.of(Form.RECURRENT, Form.AUTO);
    }

    @Override
    protected String device() {
        return TestDevice.id();
    }

    /** The emulator is slow: of stored weights two projections and a table, of which each kernel has one. */
    @Override
    protected List<LayerCase> cases() {
        List<LayerCase> cases = new ArrayList<>(LayerCases.all());
        cases.addAll(LayerCases.levels());
        if (TestDevice.emulated()) {
            cases.removeAll(LayerCases.stored());
            cases.addAll(LayerCases.stored().subList(1, 6));
        }
        return TestScope.thinned(cases, 12);
    }

    @Override
    protected List<LayerCase> continuityCases() {
        if (!TestDevice.emulated()) {
            return cases();
        }
        List<LayerCase> cases = new ArrayList<>(LayerCases.carrying());
        cases.addAll(List.of(
                LayerCases.stateless().getFirst(),
                LayerCases.delta().get(2),
                LayerCases.delta().get(7),
                LayerCases.delta().getLast(),
                LayerCases.deltaLens().getLast(),
                LayerCases.levels().get(1),
                LayerCases.experts().getFirst(),
                LayerCases.programs().getFirst()));
        return TestScope.thinned(cases, 12);
    }

    /** Prefill past every tile, a window's ring written over, decoding far into the context. */
    @ParameterizedTest
    @MethodSource("io.deltarule.core.testkit.LayerCases#large")
    @Tag("device")
    void largeMatchesReference(LayerCase c) {
        matchesReference(
                c, c.spec(420, 2, 700).onDevice(device()), new int[][] {{330, 66}, {1, 1}, {5, 0}, {0, 301}, {130, 0}});
    }

    /** Half a million radians on, a turn is still exact to float32. */
    @Test
    void anglesFarIntoTheContextKeepTheirFraction() {
        Slot x = new Slot("x", 2);
        Slot phi = new Slot("phi", 1);
        Slot y = new Slot("y", 2);
        LayerCase c = LayerCases.one("far", new PositionOp.SelectiveRotary(x, phi, y, null, 2, 2));
        Tensor given = Tensor.of(new float[] {1, 0}, 1, 2);
        Tensor step = Tensor.of(new float[] {0.25f}, 1, 1);
        Tensor out = Tensor.zeros(1, 2).fill(Float.NaN);
        try (LayerPlan plan = engine().plan(c.spec(1, 1, 2).onDevice(device()))) {
            float high = 500000.03f;
            float low = 0.0078f;
            plan.loadState(List.of(Tensor.of(new float[] {high, low}, 1, 2, 1)), new int[] {1});
            plan.run(new int[] {1}, List.of(given, step), List.of(out));
            double angle = (double) high + low + 0.25;
            assertEquals(Math.cos(angle), out.get(0), 3e-7);
            assertEquals(Math.sin(angle), out.get(1), 3e-7);
            List<Tensor> saved = plan.saveState();
            assertEquals(
                    angle, (double) saved.getFirst().get(0) + saved.getFirst().get(1), 1e-9);
        }
    }

    @Test
    void anInputMayBeAnOutput() {
        Slot x = new Slot("x", 3);
        Slot y = new Slot("y", 3);
        LayerProgram program = new LayerProgram(
                List.of(x, y),
                List.of(y),
                List.of(new ElementwiseOp.Activate(x, new Slot("z", 3), Activation.RELU, 1)));
        LayerCase c = new LayerCase("through", program);
        try (LayerPlan plan = engine().plan(c.spec(2, 1, 2).onDevice(device()))) {
            List<Tensor> in = c.inputs(2, 1);
            List<Tensor> out = c.outputs(2);
            plan.run(new int[] {2}, in, out);
            assertArrayEquals(in.get(1).toArray(), out.getFirst().toArray());
        }
    }

    /** S = v k forgets everything at −∞. */
    @Test
    void anInfiniteLogDecayIsAFullReset() {
        DeltaShape shape = new DeltaShape(1, 1, 1, 1, 1, 1, 1, 1, Gate.SCALAR);
        Map<Input, Slot> in = new EnumMap<>(Input.class);
        for (Input input : List.of(Input.Q, Input.K, Input.V, Input.BETA, Input.G)) {
            in.put(input, new Slot(input.id(), 1));
        }
        Slot o = new Slot("o", 1);
        LayerOp op = new SequenceOp.Delta(Variant.GATED_DELTA_RULE, shape, in, o, null, 1);
        Map<Input, float[]> rows = Map.of(
                Input.Q, new float[] {1, 1},
                Input.K, new float[] {1, 0},
                Input.V, new float[] {3, 3},
                Input.BETA, new float[] {1, 1},
                Input.G, new float[] {0, Float.NEGATIVE_INFINITY});
        List<Tensor> given = new ArrayList<>();
        List<Slot> slots = new ArrayList<>();
        rows.forEach((input, values) -> {
            slots.add(in.get(input));
            given.add(Tensor.of(values, 2, 1));
        });
        LayerCase c = new LayerCase("reset", new LayerProgram(slots, List.of(o), List.of(op)));
        for (Form form : Form.values()) {
            try (LayerPlan plan = engine().plan(c.spec(2, 1, 2).withForm(form).onDevice(device()))) {
                List<Tensor> out = c.outputs(2);
                plan.run(new int[] {2}, given, out);
                assertArrayEquals(new float[] {3, 0}, out.getFirst().toArray(), 1e-5f);
            }
        }
    }

    /** 257 operations of one kernel each: more than a graph holds. */
    @Test
    void aProgramTooDeepForOneGraphBecomesSeveral() {
        Slot last = new Slot("x", 3);
        Slot first = last;
        List<LayerOp> ops = new ArrayList<>();
        for (int i = 0; i < 257; i++) {
            Slot next = new Slot("s" + i, 3);
            ops.add(new ElementwiseOp.Activate(last, next, Activation.RELU, 1));
            last = next;
        }
        LayerCase deep = new LayerCase("deep", new LayerProgram(List.of(first), List.of(last), ops));
        try (LayerPlan plan = engine().plan(deep.spec(1, 1, 4).onDevice(device()))) {
            Tensor out = Tensor.zeros(1, 3).fill(Float.NaN);
            plan.run(new int[] {1}, List.of(Tensor.of(new float[] {1, -2, 3}, 1, 3)), List.of(out));
            assertArrayEquals(new float[] {1, 0, 3}, out.toArray());
        }
    }

    @Test
    void partsOfAProgramDoWhatTheWholeDoes() {
        LayerCase c = LayerCases.programs().getFirst();
        LayerSpec spec = c.spec(9, 2, 20).onDevice(device());
        DeviceHandle handle = TornadoDevices.named(device());
        List<Tensor> in = c.inputs(9, 1);
        List<Tensor> next = c.inputs(4, 2);
        try (LayerPlan whole = engine().plan(spec);
                LayerPlan split =
                        TornadoLayerPlan.of(List.of(spec), handle, 510).getFirst();
                LayerPlan other =
                        TornadoLayerPlan.of(List.of(spec), handle, 510).getFirst()) {
            assertTrue(((TornadoLayerPlan) split).stages() > 2);
            List<Tensor> expected = c.outputs(9);
            List<Tensor> found = c.outputs(9);
            whole.run(new int[] {5, 4}, in, expected);
            split.run(new int[] {5, 4}, in, found);
            assertSame(expected, found);
            other.loadState(split.saveState(), split.positions());
            assertSame(whole.saveState(), other.saveState());
            expected = c.outputs(4);
            found = c.outputs(4);
            whole.run(new int[] {1, 3}, next, expected);
            other.run(new int[] {1, 3}, next, found);
            assertSame(expected, found);
        }
    }

    /** Embedding and head of one table: it goes to the device once, ids and logits in every run, and of the rows between those asked for. */
    @Test
    @Tag("emulator") // which counts what crosses and nothing of its own
    void programsMadeTogetherSendAWeightOnce() {
        int rows = 500;
        int width = 8;
        Slot ids = new Slot("ids", 1);
        Slot x = new Slot("x", width);
        Slot y = new Slot("y", width);
        Slot logits = new Slot("logits", rows);
        LayerProgram body = new LayerProgram(
                List.of(ids),
                List.of(y),
                List.of(
                        new MatrixOp.Embedding(ids, x, "table", rows),
                        new ElementwiseOp.Activate(x, y, Activation.RELU, 1)));
        LayerProgram head =
                new LayerProgram(List.of(y), List.of(logits), List.of(new MatrixOp.Linear(y, logits, "table", null)));
        Tensor table = Tensor.zeros(rows, width);
        for (int i = 0; i < table.size(); i++) {
            table.set(i, (i % 13 - 6) / 8f);
        }
        Weights weights = Weights.of(Map.of("table", table));
        List<LayerPlan> plans = engine().plans(List.of(
                LayerSpec.of(body, weights, 4, 1, 8).onDevice(device()),
                LayerSpec.of(head, weights, 1, 1, Integer.MAX_VALUE).onDevice(device())));
        try (LayerPlan first = plans.getFirst();
                LayerPlan second = plans.getLast()) {
            for (int run = 0; run < 2; run++) {
                plans.forEach(plan -> ((Profiled) plan).profile(true));
                Tensor row = Tensor.zeros(1, width).fill(Float.NaN);
                Tensor out = Tensor.zeros(1, rows).fill(Float.NaN);
                first.run(new int[] {2}, List.of(Tensor.of(new float[] {3, 77}, 2, 1)), new int[] {1}, List.of(row));
                second.run(new int[] {1}, List.of(row), List.of(out));
                for (int i = 0; i < rows; i++) {
                    float sum = 0;
                    for (int j = 0; j < width; j++) {
                        sum += Math.max(0, table.get(77L * width + j)) * table.get((long) i * width + j);
                    }
                    assertEquals(sum, out.get(i), 1e-5f);
                }
                RunTimes body1 = ((Profiled) first).lastRun();
                RunTimes head1 = ((Profiled) second).lastRun();
                long once = 4L * rows * width + 4L * rows; // the table, and NaN to logits
                long in = body1.bytesIn() + head1.bytesIn() - (run == 0 ? once : 0);
                assertTrue(in > 0 && in < 1000, in + " bytes besides the table");
                long o = body1.bytesOut() + head1.bytesOut() - 4L * rows - 4L * width;
                assertTrue(o > 0 && o < 700, o + " bytes besides logits and one row");
            }
        }
    }

    private static void assertSame(List<Tensor> expected, List<Tensor> found) {
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i).toArray(), found.get(i).toArray(), "tensor " + i);
        }
    }

    @Test
    void refusesChunksThatTheKernelsCannotCut() {
        LayerCase c = LayerCases.delta().getFirst();
        InvalidInputException e = assertThrows(
                InvalidInputException.class,
                () -> engine().plan(c.spec(40, 1, 40).withChunkSize(48).onDevice(device())));
        assertTrue(e.getMessage().contains("expects 16, 32 or 64 but found 48"), e::getMessage);
        engine().plan(c.spec(40, 1, 40)
                        .withChunkSize(48)
                        .withForm(Form.RECURRENT)
                        .onDevice(device()))
                .close();
    }

    @Test
    @Tag("emulator")
    @Tag(TestScope.THOROUGH)
    void orderOfWorkGroupsDoesNotMatter() {
        String property = "deltarule.emulator.shuffle";
        String before = System.getProperty(property);
        try {
            for (LayerCase c : List.of(
                    LayerCases.programs().getFirst(), LayerCases.deltaLens().getLast())) {
                float[] expected = null;
                for (String seed : new String[] {"off", "1", "2"}) {
                    System.setProperty(property, seed);
                    try (LayerPlan plan = engine().plan(c.spec(40, 2, 41).onDevice(device()))) {
                        plan.run(new int[] {20, 19}, c.inputs(39, 1), c.outputs(39));
                        List<Tensor> out = c.outputs(2);
                        plan.run(new int[] {1, 1}, c.inputs(2, 2), out);
                        float[] found = out.getLast().toArray();
                        expected = expected == null ? found : expected;
                        assertArrayEquals(expected, found, c + " seed " + seed);
                    }
                }
            }
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }
}
