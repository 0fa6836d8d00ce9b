package io.deltarule.tornado;

import io.deltarule.core.DeltaPlan;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Form;
import io.deltarule.core.GradientPlan;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.measure.CeilingEngine;
import io.deltarule.core.measure.DeviceWork;
import io.deltarule.core.resident.ResidentEngine;
import io.deltarule.core.resident.ResidentPlan;
import io.deltarule.core.resident.ResidentSpec;
import io.deltarule.core.training.ResidentTrainingPlan;
import io.deltarule.core.training.TrainingEngine;
import io.deltarule.core.training.TrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.RecurrentKernel;
import io.deltarule.tornado.delta.RecurrentLaunches;
import io.deltarule.tornado.delta.tensor.TensorCoreProducts;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.quirks.ColouredMessages;
import io.deltarule.tornado.quirks.GraphLimits;
import io.deltarule.tornado.quirks.TornadoVersion;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The delta rule as TornadoVM task graphs, on any device that TornadoVM reaches; without TornadoVM, the same graphs on
 * the emulator.
 *
 * <p>A plan compiles its kernels for its head sizes at its first run; lengths travel as data. Source: docs/math.
 */
public final class TornadoEngine implements CeilingEngine, TrainingEngine, ResidentEngine {
    @Override
    public String name() {
        return "tornado";
    }

    @Override
    public String description() {
        return "float32 kernels through TornadoVM (OpenCL, PTX, CUDA, SPIR-V); needs a TornadoVM "
                + TornadoVersion.VERIFIED + " SDK";
    }

    @Override
    public Optional<String> unavailable() {
        return Found.PROBLEM;
    }

    /** Asked once: a second attempt to start TornadoVM only says that the first failed. */
    private static final class Found {
        static final Optional<String> PROBLEM = problem();

        private static Optional<String> problem() {
            Optional<String> problem = TornadoSetup.current().problem();
            if (problem.isPresent()) {
                return problem;
            }
            try {
                return TornadoDevices.all().isEmpty()
                        ? Optional.of("TornadoVM found no device; install the driver of one of its backends")
                        : Optional.empty();
            } catch (RuntimeException | Error e) { // an SDK of another version fails in ways of its own
                return Optional.of(
                        "TornadoVM does not start: " + origin(e) + "; check that its SDK is complete, has the backend "
                                + "of an installed driver and matches this JDK");
            }
        }

        /** In words; TornadoVM colours some of its messages for terminals. */
        private static String origin(Throwable thrown) {
            Throwable origin = thrown;
            for (int depth = 0; depth < 20 && origin.getCause() != null; depth++) {
                origin = origin.getCause();
            }
            return ColouredMessages.plain(origin.toString());
        }
    }

    @Override
    public List<Device> devices() {
        return unavailable().isPresent()
                ? List.of()
                : TornadoDevices.all().stream().map(DeviceHandle::device).toList();
    }

    @Override
    public LayerPlan plan(LayerSpec spec) {
        return plans(List.of(spec)).getFirst();
    }

    @Override
    public List<LayerPlan> plans(List<LayerSpec> asked) {
        List<LayerSpec> specs = asked.stream()
                .map(spec -> spec.orChunkSize(PlanSpec.DEFAULT_CHUNK_SIZE))
                .toList();
        oneStorage(specs.stream().map(LayerSpec::storage));
        return TornadoLayerPlan.of(specs, device(specs.getFirst().device()), GraphLimits.BYTES);
    }

    @Override
    public TrainingPlan trainingPlan(TrainingSpec spec) {
        spec.layer().storage().requireFloat32("tornado's training");
        return new TornadoTrainingPlan(spec, null, device(spec.layer().device()));
    }

    @Override
    public Optional<ResidentTrainingPlan> residentTrainingPlan(TrainingSpec spec, Predicate<String> decayed) {
        spec.layer().storage().requireFloat32("tornado's training");
        return Optional.of(
                new TornadoTrainingPlan(spec, decayed, device(spec.layer().device())));
    }

    /** A plan's kernels are of one form: token by token where its capacity is a token per sequence, else chunks. */
    @Override
    public Form form(PlanSpec spec, int tokens, boolean fromZeros) {
        DeltaShape s = spec.shape();
        boolean singleTokens = s.T() == 1 && s.K() <= RecurrentKernel.MAX_K && spec.precision() == Precision.FLOAT32;
        return spec.orForm(singleTokens ? Form.RECURRENT : Form.CHUNK).form();
    }

    @Override
    public DeltaPlan plan(PlanSpec asked) {
        requireAvailable();
        PlanSpec spec = forward(asked);
        DeviceHandle device = device(spec.device());
        if (spec.precision() != Precision.FLOAT32) {
            TensorCoreProducts.check(spec, device.device());
        }
        return new TornadoPlan(spec, device);
    }

    @Override
    public GradientPlan gradientPlan(PlanSpec asked) {
        requireAvailable();
        PlanSpec spec = backward(asked);
        return new TornadoGradientPlan(spec, device(spec.device()));
    }

    @Override
    public ResidentPlan residentPlan(ResidentSpec asked) {
        requireAvailable();
        List<PlanSpec> chosen = asked.operations().stream().map(this::forward).toList();
        oneStorage(chosen.stream().map(PlanSpec::storage));
        ResidentSpec spec = new ResidentSpec(chosen, asked.links(), asked.gradients());
        DeviceHandle device = device(chosen.getFirst().device());
        for (PlanSpec one : chosen) {
            if (one.precision() != Precision.FLOAT32) {
                TensorCoreProducts.check(one, device.device());
            }
        }
        return new TornadoResidentPlan(spec, i -> backward(asked.operations().get(i)), device);
    }

    /** What is planned together shares arrays. */
    private static void oneStorage(Stream<Storage> all) {
        List<Storage> found = all.distinct().toList();
        if (found.size() > 1) {
            throw new InvalidInputException("storage: expected one for all that is planned together but found "
                    + found.stream().map(Storage::id).collect(Collectors.joining(" and ")));
        }
    }

    /** The specification of a pass forward, form and chunk size chosen, if the kernels can do it. */
    private PlanSpec forward(PlanSpec asked) {
        PlanSpec spec = asked.orForm(form(asked, asked.shape().T(), false)).orChunkSize(PlanSpec.DEFAULT_CHUNK_SIZE);
        if (spec.form() == Form.CHUNK) {
            ChunkLaunches.check(spec);
            spec = ChunkLaunches.fitting(spec);
        } else {
            RecurrentLaunches.check(spec);
        }
        if (spec.precision() != Precision.FLOAT32) {
            TensorCoreProducts.check(spec);
        }
        return spec;
    }

    /** The same of a backward pass. */
    private static PlanSpec backward(PlanSpec asked) {
        PlanSpec spec = asked.requireFloat32("tornado's backward pass")
                .orForm(Form.CHUNK)
                .orChunkSize(PlanSpec.DEFAULT_CHUNK_SIZE);
        TornadoGradientPlan.check(spec);
        return ChunkLaunches.fitting(spec);
    }

    @Override
    public DeviceWork copy(String device, Tensor x) {
        return TornadoWork.copy(device(device), x, false);
    }

    @Override
    public DeviceWork multiply(String device, Tensor a, Tensor b) {
        return TornadoWork.multiply(device(device), a, b);
    }

    @Override
    public DeviceWork transfer(String device, Tensor x) {
        return TornadoWork.copy(device(device), x, true);
    }

    private void requireAvailable() {
        unavailable().ifPresent(why -> {
            throw new EngineUnavailableException("engine tornado: " + why);
        });
    }

    private DeviceHandle device(String id) {
        requireAvailable();
        DeviceHandle device = TornadoDevices.named(id);
        TornadoSetup.announce();
        return device;
    }
}
