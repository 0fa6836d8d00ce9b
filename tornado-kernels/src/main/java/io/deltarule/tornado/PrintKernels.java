package io.deltarule.tornado;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.DeviceWork;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;

/**
 * Has TornadoVM compile every kernel once, at sizes a model has, so that its text can be read or measured. Start it under
 * an SDK with {@code -Dtornado.printKernel=True}; the device may be a virtual one, which compiles and runs nothing.
 * docs/devices.md has the commands.
 */
final class PrintKernels {
    private PrintKernels() {}

    /**
     * Compiles.
     *
     * @param args K, V and C, by default 128 128 64
     */
    public static void main(String... args) {
        int K = args.length > 0 ? Integer.parseInt(args[0]) : 128;
        int V = args.length > 1 ? Integer.parseInt(args[1]) : 128;
        int C = args.length > 2 ? Integer.parseInt(args[2]) : 64;
        for (Form form : Form.values()) {
            compile(form, Variant.DELTA_RULE, Gate.NONE, C, K, V, C);
            compile(form, Variant.GATED_DELTA_RULE, Gate.SCALAR, C, K, V, C);
            compile(form, Variant.KDA, Gate.CHANNEL, C, K, V, C);
            for (Gate gate : Gate.values()) {
                compile(form, Variant.DELTALENS, gate, C, K, V, C);
            }
        }
        compile(Form.RECURRENT, Variant.DELTALENS, Gate.NONE, 1, K, V, C);
        ceilings();
    }

    private static void ceilings() {
        TornadoEngine engine = new TornadoEngine();
        String device = engine.devices().getFirst().id();
        Tensor square = Tensor.zeros(256, 256);
        System.out.println("== ceilings: copy, multiply");
        try (DeviceWork copy = engine.copy(device, square);
                DeviceWork product = engine.multiply(device, square, square)) {
            copy.run();
            product.run();
        } catch (IllegalStateException e) {
            System.out.println("== compiled but not run: " + e.getMessage());
        }
    }

    private static void compile(Form form, Variant variant, Gate gate, int T, int K, int V, int C) {
        DeltaShape s = new DeltaShape(1, T, 16, 32, K, V, 1, 1, gate, variant == Variant.DELTALENS);
        DeltaInputs in = DeltaInputs.of(
                        Tensor.zeros(1, T, s.H(), K), Tensor.zeros(1, T, s.H(), K), Tensor.zeros(1, T, s.HV(), V))
                .with(Input.BETA, Tensor.zeros(1, T, s.HV()));
        if (gate != Gate.NONE) {
            in = in.with(Input.G, gate == Gate.SCALAR ? Tensor.zeros(1, T, s.HV()) : Tensor.zeros(1, T, s.HV(), K));
        }
        PlanSpec spec = PlanSpec.of(variant, s)
                .withForm(form)
                .withChunkSize(C)
                .onDevice(new TornadoEngine().devices().getFirst().id());
        if (s.crossRead()) {
            in = in.with(Input.R, Tensor.zeros(1, T, s.HV(), V));
        }
        System.out.println(
                "== " + form.id() + ", T " + T + ", gate " + gate.id() + ", K " + K + ", V " + V + ", C " + C);
        try (var plan = new TornadoEngine().plan(spec)) {
            plan.run(in, DeltaOutputs.poisoned(s));
        } catch (IllegalStateException | ArithmeticException e) {
            System.out.println("== compiled but not run: " + e.getMessage());
        }
    }
}
