package io.deltarule.tornado;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.NumericException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Storage;
import io.deltarule.core.Tensor;
import io.deltarule.core.Variant;
import io.deltarule.core.engine.AbstractResidentPlan;
import io.deltarule.core.engine.FiniteChecks;
import io.deltarule.core.engine.ResidentPlace;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import io.deltarule.core.resident.Output;
import io.deltarule.core.resident.ResidentSpec;
import io.deltarule.tornado.delta.backward.GradientArrays;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.HostCopies;
import io.deltarule.tornado.graph.ResidentGroup;
import io.deltarule.tornado.stored.StoredArrays;
import java.util.Map;
import java.util.function.IntFunction;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Operations whose tensors stay on one device: a task graph for each pass of each operation, in one plan of TornadoVM, which shares
 * arrays between its graphs and not with other plans.
 *
 * <pre>
 *   set:      one tensor → device
 *   forward:  tables → the operations' launches → tables
 *   get:      one tensor → host
 * </pre>
 */
final class TornadoResidentPlan extends AbstractResidentPlan implements Profiled {
    private final ResidentPasses passes;
    private final GraphPlan graph;

    /** @param gradient the specification of each operation's backward pass */
    TornadoResidentPlan(ResidentSpec spec, IntFunction<PlanSpec> gradient, DeviceHandle device) {
        super(spec);
        Storage storage = spec.operations().getFirst().storage();
        new ResidentPasses(spec, gradient, new KernelContext(), DeviceMemory.counting(device, storage));
        KernelContext context = new KernelContext();
        passes = new ResidentPasses(spec, gradient, context, DeviceMemory.of(device, storage));
        graph = new GraphPlan(device, context, passes.residents(), passes.stages());
    }

    @Override
    protected void write(int operation, ResidentPlace place, Tensor values) {
        ResidentGroup group = passes.group(operation, place);
        FloatArray to = passes.array(operation, place);
        switch (place) {
            case ResidentPlace.OfInput(Input input) ->
                passes.forward(operation).arrays().load(shape(operation), input, values);
            case ResidentPlace.GradientOf(ResidentPlace.OfOutput(Output output))
            when output == Output.O ->
                GradientArrays.copyScaled(
                        values, (float) spec().operations().get(operation).scale(), to);
            default -> HostCopies.copyIn(values, to);
        }
        graph.begin();
        graph.send(group);
    }

    @Override
    protected Tensor read(int operation, ResidentPlace place, int... dims) {
        FloatArray array = array(operation, place);
        StoredArrays.set(array, 0, Float.NaN); // so that what never came back shows
        StoredArrays.set(array, StoredArrays.size(array) - 1, Float.NaN);
        graph.fetch(array);
        Tensor found;
        if (place instanceof ResidentPlace.GradientOf(ResidentPlace.OfInput(Input input)) && input.eitherHeads()) {
            found = Tensor.zeros(dims).fill(Float.NaN);
            passes.backward(operation).arrays().store(input, found);
        } else {
            found = HostCopies.view(array, dims);
        }
        requireFinite(operation, place, found);
        return found;
    }

    private FloatArray array(int operation, ResidentPlace place) {
        return switch (place) {
            case ResidentPlace.OfOutput(Output output) -> passes.output(operation, output);
            case ResidentPlace.GradientOf(ResidentPlace.OfInput(Input input)) ->
                passes.backward(operation).arrays().byInput().get(input);
            default -> passes.backward(operation).arrays().state;
        };
    }

    private void requireFinite(int operation, ResidentPlace place, Tensor found) {
        Variant variant = spec().operations().get(operation).variant();
        DeltaShape shape = shape(operation);
        // inputs were found finite when they were set
        DeltaInputs none = new DeltaInputs(shape.householders(), Map.of(), null, packed());
        switch (place) {
            case ResidentPlace.OfOutput(Output output)
            when output == Output.FINAL_STATE -> FiniteChecks.requireFiniteState(variant, shape, none, found);
            case ResidentPlace.OfOutput _ -> FiniteChecks.requireFiniteOutput(variant, shape, none, found);
            default -> {
                long at = FiniteChecks.firstNotFinite(found);
                if (at >= 0) {
                    throw new NumericException(place.id() + ": grew beyond float32 at row-major index " + at
                            + " although every number that was set is finite");
                }
            }
        }
    }

    @Override
    protected void beginPass() {
        graph.begin();
    }

    @Override
    protected void forward(int operation, int[] ends, int[] before) {
        passes.forward(operation).table().describe(ends, before);
        graph.run(operation);
    }

    @Override
    protected void backward(int operation, int[] ends) {
        passes.backward(operation).table().describe(ends, null);
        graph.run(passes.backwardStage(operation));
    }

    @Override
    public void profile(boolean on) {
        graph.profile(on);
    }

    @Override
    public RunTimes lastRun() {
        return graph.times();
    }

    /** Its task graphs. */
    GraphPlan graph() {
        return graph;
    }

    @Override
    protected void release() {
        graph.close();
    }
}
