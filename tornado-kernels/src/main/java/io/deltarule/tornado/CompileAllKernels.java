package io.deltarule.tornado;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.Levels;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.measure.DeviceWork;
import io.deltarule.tornado.graph.DeviceHandle;
import java.util.List;

/**
 * Has TornadoVM compile every kernel once, at sizes a model has, so that its text can be read or measured. Start it under
 * an SDK with {@code -Dtornado.printKernel=True}; the device may be a virtual one, which compiles and runs nothing.
 * docs/devices.md has the commands.
 */
final class CompileAllKernels {
    private CompileAllKernels() {}

    /**
     * Compiles.
     *
     * @param args K, V and C, by default 128 128 64
     */
    public static void main(String... args) {
        int K = args.length > 0 ? Integer.parseInt(args[0]) : 128;
        int V = args.length > 1 ? Integer.parseInt(args[1]) : 128;
        int C = args.length > 2 ? Integer.parseInt(args[2]) : 64;
        for (Form form : List.of(Form.RECURRENT, Form.CHUNK)) {
            compile(form, Variant.DELTA_RULE, Gate.NONE, C, K, V, C);
            compile(form, Variant.GATED_DELTA_RULE, Gate.SCALAR, C, K, V, C);
            compile(form, Variant.KDA, Gate.CHANNEL, C, K, V, C);
            for (Gate gate : Gate.values()) {
                compile(form, Variant.SSD, gate, C, K, V, C);
                compile(form, Variant.DELTALENS, gate, C, K, V, C);
            }
        }
        compile(Form.RECURRENT, Variant.DELTALENS, Gate.NONE, 1, K, V, C);
        for (Form form : List.of(Form.RECURRENT, Form.CHUNK)) {
            compile(
                    form,
                    levels(inputs(Variant.GATED_DELTA_RULE, Gate.SCALAR, 2 * C, K, V)),
                    Variant.GATED_DELTA_RULE,
                    C);
            compile(form, levels(inputs(Variant.SSD, Gate.CHANNEL, 2 * C, K, V)), Variant.SSD, C);
        }
        compileBackward(Variant.DELTA_RULE, Gate.NONE, K, V, C);
        compileBackward(Variant.GATED_DELTA_RULE, Gate.SCALAR, K, V, C);
        compileBackward(Variant.KDA, Gate.CHANNEL, K, V, C);
        for (Gate gate : Gate.values()) {
            compileBackward(Variant.SSD, gate, K, V, C);
        }
        compileBackward(Variant.DELTALENS, Gate.SCALAR, K, V, C);
        compileBackward(
                levels(inputs(Variant.GATED_DELTA_RULE, Gate.SCALAR, 2 * C, K, V)), Variant.GATED_DELTA_RULE, C);
        compileBackward(levels(inputs(Variant.SSD, Gate.CHANNEL, 2 * C, K, V)), Variant.SSD, C);
        ceilings();
    }

    private static void ceilings() {
        TornadoEngine engine = new TornadoEngine();
        DeviceHandle device = TornadoDevices.named(engine.devices().getFirst().id());
        Tensor square = Tensor.zeros(256, 256);
        System.out.println("== ceilings: copy, multiply");
        try (DeviceWork copy = TornadoWork.copy(device, square, false);
                DeviceWork product = TornadoWork.multiply(device, square, square, true)) {
            copy.run();
            product.run();
        } catch (IllegalStateException e) {
            System.out.println("== compiled but not run: " + e.getMessage());
        }
    }

    private static void compile(Form form, Variant variant, Gate gate, int T, int K, int V, int C) {
        compile(form, inputs(variant, gate, T, K, V), variant, C);
    }

    private static void compile(Form form, DeltaInputs in, Variant variant, int C) {
        PlanSpec spec = spec(variant, in, C).withForm(form);
        title(form.id(), spec);
        try (var plan = new TornadoEngine().plan(spec)) {
            plan.run(in);
        } catch (IllegalStateException | ArithmeticException e) {
            System.out.println("== compiled but not run: " + e.getMessage());
        }
    }

    private static void compileBackward(Variant variant, Gate gate, int K, int V, int C) {
        compileBackward(inputs(variant, gate, C, K, V), variant, C);
    }

    private static void compileBackward(DeltaInputs in, Variant variant, int C) {
        PlanSpec spec = spec(variant, in, C);
        title("backward", spec);
        try (var plan = new TornadoEngine().gradientPlan(spec)) {
            plan.run(in, new DeltaCotangents(null, null));
        } catch (IllegalStateException | ArithmeticException e) {
            System.out.println("== compiled but not run: " + e.getMessage());
        }
    }

    private static DeltaInputs inputs(Variant variant, Gate gate, int T, int K, int V) {
        int H = 16;
        int HV = 32;
        DeltaInputs in = DeltaInputs.of(Tensor.zeros(1, T, H, K), Tensor.zeros(1, T, H, K), Tensor.zeros(1, T, HV, V))
                .with(Input.BETA, Tensor.zeros(1, T, HV));
        if (gate != Gate.NONE) {
            in = in.with(Input.G, gate == Gate.SCALAR ? Tensor.zeros(1, T, HV) : Tensor.zeros(1, T, HV, K));
        }
        return variant == Variant.DELTALENS ? in.with(Input.R, Tensor.zeros(1, T, HV, V)) : in;
    }

    /** The same with log-linear states, levels enough for its tokens. */
    private static DeltaInputs levels(DeltaInputs in) {
        Tensor v = in.get(Input.V);
        return in.with(Input.LAMBDA, Tensor.zeros(1, v.dim(1), v.dim(2), Levels.needed(v.dim(1))));
    }

    private static PlanSpec spec(Variant variant, DeltaInputs in, int C) {
        return PlanSpec.of(variant, in.validate(variant))
                .withChunkSize(C)
                .onDevice(new TornadoEngine().devices().getFirst().id());
    }

    private static void title(String what, PlanSpec spec) {
        DeltaShape s = spec.shape();
        System.out.println("== " + what + ", " + spec.variant().id() + ", T " + s.T() + ", gate "
                + s.gate().id() + ", K " + s.K() + ", V " + s.V() + ", C " + spec.chunkSize()
                + (s.crossRead() ? ", selective read" : "") + (s.logLinear() ? ", levels " + s.levels() : ""));
    }
}
