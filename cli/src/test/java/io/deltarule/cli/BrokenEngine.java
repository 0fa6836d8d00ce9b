package io.deltarule.cli;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractDeltaPlan;
import io.deltarule.core.engine.AbstractGradientPlan;
import io.deltarule.core.engine.AbstractLayerPlan;
import io.deltarule.core.layer.LayerEngine;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.measure.CeilingEngine;
import io.deltarule.core.measure.DeviceWork;
import io.deltarule.core.reference.ReferenceEngine;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The reference with a defect in everything that it computes: operations, gradients, layers, copies and products. The
 * subclasses are engines of their own.
 */
public abstract class BrokenEngine implements CeilingEngine, LayerEngine {
    /** Adds a tenth to one number. */
    public static final class Wrong extends BrokenEngine {
        /** Found by name. */
        public Wrong() {
            super("wrong", result -> result.set(result.size() / 2, result.get(result.size() / 2) + 0.1f));
        }
    }

    /** Leaves one number undefined, the last. */
    public static final class Undefined extends BrokenEngine {
        /** Found by name. */
        public Undefined() {
            super("undefined", result -> result.set(result.size() - 1, Float.NaN));
        }
    }

    /** Does nothing but throw. */
    public static final class Throwing extends BrokenEngine {
        /** Found by name. */
        public Throwing() {
            super("throwing", result -> {
                throw new IllegalStateException("kernel did not run");
            });
        }
    }

    /** Is right a few times, long enough to be verified, and then throws. */
    public static final class Tiring extends BrokenEngine {
        private static final AtomicInteger RUNS = new AtomicInteger();

        /** Found by name. */
        public Tiring() {
            super("tiring", result -> {
                if (RUNS.incrementAndGet() % 4 == 0) {
                    throw new IllegalStateException("out of breath");
                }
            });
        }
    }

    private static final LayerEngine RIGHT = new ReferenceEngine();

    private final String name;
    private final Consumer<Tensor> defect;

    private BrokenEngine(String name, Consumer<Tensor> defect) {
        this.name = name;
        this.defect = defect;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "broken on purpose";
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public List<Device> devices() {
        return List.of(new Device("shaky", "a shaky device", "emulator", "none", 0, false));
    }

    @Override
    public DeltaPlan plan(PlanSpec spec) {
        DeltaPlan right = RIGHT.plan(spec.onDevice(null));
        return new AbstractDeltaPlan(spec) {
            @Override
            protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
                right.run(in, out);
                defect.accept(out.o());
            }

            @Override
            protected void writeState(Tensor state) {
                right.loadState(state);
            }

            @Override
            protected void readState(Tensor state) {
                right.saveState(state);
            }

            @Override
            protected void release() {
                right.close();
            }
        };
    }

    @Override
    public GradientPlan gradientPlan(PlanSpec spec) {
        GradientPlan right = RIGHT.gradientPlan(spec.onDevice(null));
        return new AbstractGradientPlan(spec) {
            @Override
            protected void execute(DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
                right.run(in, given, out);
                defect.accept(out.tensors().values().iterator().next());
            }

            @Override
            protected void release() {
                right.close();
            }
        };
    }

    @Override
    public LayerPlan plan(LayerSpec spec) {
        LayerPlan right = RIGHT.plan(spec.onDevice(null));
        return new AbstractLayerPlan(spec) {
            @Override
            protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
                right.run(lengths, inputs, outputs);
                defect.accept(outputs.getFirst());
            }

            @Override
            protected void clearState() {
                right.reset();
            }

            @Override
            protected void readState(List<Tensor> state, int[] positions) {
                throw new UnsupportedOperationException("not part of this test");
            }

            @Override
            protected void writeState(List<Tensor> state, int[] positions) {
                throw new UnsupportedOperationException("not part of this test");
            }

            @Override
            protected void release() {
                right.close();
            }
        };
    }

    @Override
    public DeviceWork copy(String device, Tensor x) {
        return new Work(to -> to.copyFrom(x));
    }

    @Override
    public DeviceWork transfer(String device, Tensor x) {
        return copy(device, x);
    }

    @Override
    public DeviceWork multiply(String device, Tensor a, Tensor b) {
        int n = a.dim(0);
        return new Work(to -> {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int d = 0; d < n; d++) {
                        sum += (double) a.get((long) i * n + d) * b.get((long) d * n + j);
                    }
                    to.set((long) i * n + j, (float) sum);
                }
            }
        });
    }

    private final class Work implements DeviceWork {
        private final Consumer<Tensor> right;

        Work(Consumer<Tensor> right) {
            this.right = right;
        }

        @Override
        public void run() {
            defect.accept(Tensor.zeros(1));
        }

        @Override
        public void read(Tensor result) {
            right.accept(result);
            defect.accept(result);
        }

        @Override
        public void close() {
            // nothing to free
        }
    }
}
