package io.deltarule.core.reference;

import io.deltarule.core.DeltaCotangents;
import io.deltarule.core.DeltaGradients;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.Form;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractDeltaPlan;
import io.deltarule.core.engine.AbstractGradientPlan;
import io.deltarule.core.engine.ChunkLength;
import io.deltarule.core.engine.FiniteChecks;
import io.deltarule.core.engine.HostResidentPlan;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.reference.delta.BackwardReference;
import io.deltarule.core.reference.delta.ChunkwiseBackwardReference;
import io.deltarule.core.reference.delta.ChunkwiseReference;
import io.deltarule.core.reference.delta.DeltaReference;
import io.deltarule.core.reference.delta.LevelReference;
import io.deltarule.core.reference.delta.LevelStart;
import io.deltarule.core.resident.ResidentEngine;
import io.deltarule.core.resident.ResidentPlan;
import io.deltarule.core.resident.ResidentSpec;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import java.util.List;
import java.util.Optional;

/**
 * The float64 references as an engine: always available, exact, slow on purpose. Results are handed over as float32; a run whose
 * results are not finite then fails with {@link io.deltarule.core.NumericException}, as on every engine.
 */
public final class ReferenceEngine implements TrainingEngine, ResidentEngine {
    private static final Device DEVICE = new Device("cpu", "this machine, float64", "cpu", "Java", 0, false);

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String description() {
        return "float64, token by token, as the papers write it; the oracle";
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    /** Every number is a loop of its own already. */
    @Override
    public ReferenceEngine batchInvariant() {
        return this;
    }

    @Override
    public List<Device> devices() {
        return List.of(DEVICE);
    }

    /** Token by token, as the papers write it. */
    @Override
    public Form form(PlanSpec spec, int tokens, boolean fromZeros) {
        return ownChoices(spec).form();
    }

    private PlanSpec ownChoices(PlanSpec spec) {
        return spec.orForm(Form.RECURRENT).orChunkSize(chunkSize(spec.shape().gate()));
    }

    @Override
    public DeltaPlan plan(PlanSpec spec) {
        requireDevice(spec.device());
        return new Plan(ownChoices(spec.requireFloat32(name())));
    }

    @Override
    public GradientPlan gradientPlan(PlanSpec spec) {
        requireDevice(spec.device());
        return new Gradients(ownChoices(spec.requireFloat32(name())));
    }

    @Override
    public ResidentPlan residentPlan(ResidentSpec spec) {
        return HostResidentPlan.of(this, spec);
    }

    @Override
    public LayerPlan plan(LayerSpec spec) {
        spec.storage().requireFloat32(name());
        requireDevice(spec.device());
        return new ReferenceLayerPlan(spec);
    }

    @Override
    public TrainingPlan trainingPlan(TrainingSpec spec) {
        spec.layer().storage().requireFloat32(name());
        requireDevice(spec.layer().device());
        return new ReferenceTrainingPlan(spec);
    }

    private static int chunk(PlanSpec spec) {
        return ChunkLength.most(spec);
    }

    private static void copy(double[] from, Tensor to) {
        for (int i = 0; i < from.length; i++) {
            to.set(i, (float) from[i]);
        }
    }

    private static final class Gradients extends AbstractGradientPlan {
        Gradients(PlanSpec spec) {
            super(spec);
        }

        @Override
        protected void execute(DeltaShape shape, DeltaInputs in, DeltaCotangents given, DeltaGradients out) {
            PlanSpec s = spec();
            BackwardReference.Result result = s.form() == Form.RECURRENT || shape.logLinear()
                    ? BackwardReference.recurrent(s.variant(), in, given, s.scale())
                    : ChunkwiseBackwardReference.run(s.variant(), in, given, s.scale(), chunk(s));
            out.tensors().forEach((input, gradient) -> copy(result.tensors().get(input), gradient));
            if (out.initialState() != null) {
                copy(result.initialState(), out.initialState());
            }
            out.tensors()
                    .forEach((input, gradient) -> FiniteChecks.requireFiniteGradient(
                            spec().variant(), "d_" + input.id(), gradient, in, given));
            if (out.initialState() != null) {
                FiniteChecks.requireFiniteGradient(spec().variant(), "d_initial_state", out.initialState(), in, given);
            }
        }

        @Override
        protected void release() {}
    }

    private static final class Plan extends AbstractDeltaPlan {
        private Tensor kept;

        Plan(PlanSpec spec) {
            super(spec);
        }

        @Override
        protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
            DeltaReference.Result result = shape.logLinear() ? levels(in) : states(in);
            copy(result.o(), out.o());
            FiniteChecks.requireFiniteOutput(spec().variant(), shape, in, out.o());
            if (out.oCross() != null) {
                copy(result.oCross(), out.oCross());
                FiniteChecks.requireFiniteOutput(spec().variant(), shape, in, out.oCross());
            }
            Tensor state = Tensor.zeros(shape.state().dims());
            copy(result.finalState(), state);
            FiniteChecks.requireFiniteState(spec().variant(), shape, in, state);
            if (out.finalState() != null) {
                out.finalState().copyFrom(state);
            }
            if (spec().keepsState()) {
                kept = state;
            }
        }

        private DeltaReference.Result states(DeltaInputs in) {
            DeltaInputs from = spec().keepsState() ? in.withInitialState(kept) : in;
            return spec().form() == Form.RECURRENT
                    ? DeltaReference.recurrent(spec().variant(), from, spec().scale())
                    : ChunkwiseReference.run(spec().variant(), from, spec().scale(), chunk(spec()));
        }

        private DeltaReference.Result levels(DeltaInputs in) {
            LevelStart start = spec().keepsState() ? new LevelStart(kept, before()) : LevelStart.NONE;
            return spec().form() == Form.RECURRENT
                    ? LevelReference.recurrent(spec().variant(), in, spec().scale(), start)
                    : LevelReference.chunkwise(spec().variant(), in, spec().scale(), start, chunk(spec()));
        }

        @Override
        protected void writeState(Tensor state) {
            kept = state == null ? null : Tensor.zeros(state.dims()).copyFrom(state);
        }

        @Override
        protected void readState(Tensor state) {
            if (kept == null) {
                state.fill(0);
            } else {
                state.copyFrom(kept);
            }
        }

        @Override
        protected void release() {
            kept = null;
        }
    }
}
