package io.deltarule.tornado;

import io.deltarule.core.Tensor;
import io.deltarule.core.engine.BackwardWalk;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.AdamStep;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.TrainingSpec;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphStages;
import io.deltarule.tornado.graph.GraphStages.Stage;
import io.deltarule.tornado.graph.HostCopies;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.LayerLaunches;
import io.deltarule.tornado.op.LayerRunTables;
import io.deltarule.tornado.op.backward.BackwardArrays;
import io.deltarule.tornado.op.backward.BackwardLaunches;
import io.deltarule.tornado.op.backward.BackwardTables;
import io.deltarule.tornado.op.update.UpdateLaunches;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The stages of a training step on a device and the arrays that stay there.
 *
 * <pre>
 *   resident     constants, frozen weights, what is carried, gradients, what kernels hand on      enters once
 *   remembered   slots that operations write, what the run carried in                             enters once, and with an earlier run
 *   weights      those that are trained, and moments                                              enters where the host has new ones
 *   forward      the inputs; kernels                                                              each run
 *   backward     gradients of the outputs; kernels                                                each walk backward
 *   norm         kernels                                                                          each step of an optimiser there
 *   update       the numbers of the step; kernels                                                 likewise
 * </pre>
 */
final class TrainingGraphs {
    private static final int RESIDENT = 0;
    private static final int REMEMBERED = 1;
    private static final int WEIGHTS = 2;
    private static final int FORWARD = 3;
    private static final int BACKWARD = 4;
    private static final int NORM = 5;
    private static final int UPDATE = 6;

    private final LayerArrays arrays;
    private final LayerRunTables tables;
    private final BackwardArrays back;
    private final BackwardTables backTables;
    /** Null where the host has the optimiser. */
    private final UpdateLaunches updates;

    private final Map<List<String>, FloatArray> weights;
    private final List<FloatArray> inputs;
    private final List<FloatArray> remembered;
    /** The inputs that are log-decays of some delta rule. */
    private final Set<Slot> decays;

    private final GraphStages stages;
    private final long bytes;

    /** Everything that is made of a specification: once to count, once to keep. */
    private static final class Parts {
        final KernelContext context = new KernelContext();
        final LayerRunTables tables;
        final BackwardTables backTables;
        final LayerArrays arrays;
        final BackwardArrays back;
        final List<List<Launch>> forward = new ArrayList<>();
        final List<List<Launch>> backward;
        final UpdateLaunches updates;

        Parts(TrainingSpec spec, boolean updating, DeviceMemory memory) {
            LayerProgram program = spec.layer().program();
            BackwardWalk walk = new BackwardWalk(spec, BackwardWalk.inputs(program));
            tables = new LayerRunTables(spec.layer());
            backTables = new BackwardTables(spec.layer());
            arrays = LayerArrays.remembering(spec.layer(), memory);
            back = new BackwardArrays(spec, walk, arrays, memory);
            BackwardLaunches launches = new BackwardLaunches(spec, walk, arrays, back, backTables, context);
            forward.addAll(launches.before(tables));
            forward.addAll(LayerLaunches.of(spec.layer(), arrays, tables, context));
            backward = launches.backward();
            updates = updating ? new UpdateLaunches(spec.trained(), back.weightGradients(), memory, context) : null;
        }
    }

    /**
     * Allocates, and builds the graphs.
     *
     * @param decayed on which weights an optimiser on the device lets decay act; null where the host has the optimiser
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them, or an operation has no gradient there
     */
    TrainingGraphs(TrainingSpec spec, Predicate<String> decayed, DeviceHandle device) {
        LayerProgram program = spec.layer().program();
        DeviceMemory count = DeviceMemory.counting(device);
        Parts _ = new Parts(spec, decayed != null, count);
        bytes = count.used();
        Parts parts = new Parts(spec, decayed != null, DeviceMemory.of(device));
        arrays = parts.arrays;
        tables = parts.tables;
        back = parts.back;
        backTables = parts.backTables;
        updates = parts.updates;
        weights = arrays.numbers(spec.trained()::contains);
        decays = SequenceOp.Delta.decays(program);
        inputs = program.inputs().stream().map(arrays::slot).toList();
        Set<FloatArray> kept = new LinkedHashSet<>();
        program.slots().forEach(slot -> kept.add(arrays.slot(slot)));
        inputs.forEach(kept::remove);
        kept.addAll(arrays.leftBehind());
        kept.forEach(array -> array.init(Float.NaN));
        inputs.forEach(array -> array.init(0));
        kept.addAll(back.before());
        remembered = List.copyOf(kept);
        List<Stage> all = new ArrayList<>(List.of(
                Stage.of("resident", resident()),
                Stage.of("remembered", remembered),
                Stage.of("weights", numbers()),
                new Stage("forward", inputs, parts.forward),
                new Stage("backward", List.copyOf(back.outputs().values()), parts.backward)));
        if (updates != null) {
            all.add(new Stage("norm", List.of(), updates.norm()));
            all.add(new Stage("update", List.of(updates.step()), updates.update(byName(), decayed)));
        }
        stages = new GraphStages(device, parts.context, all);
    }

    /** What enters with the weights. */
    private List<FloatArray> numbers() {
        List<FloatArray> all = new ArrayList<>(weights.values());
        if (updates != null) {
            all.addAll(updates.means().values());
            all.addAll(updates.squares().values());
        }
        return all;
    }

    /** What is in no other stage. */
    private Set<TornadoNativeArray> resident() {
        Set<TornadoNativeArray> all = new LinkedHashSet<>(arrays.constants());
        all.addAll(arrays.carried());
        all.addAll(arrays.between());
        all.addAll(back.resident());
        if (updates != null) {
            all.add(updates.sums());
        }
        all.removeAll(weights.values());
        remembered.forEach(all::remove);
        inputs.forEach(all::remove);
        return all;
    }

    private Map<String, FloatArray> byName() {
        Map<String, FloatArray> all = new LinkedHashMap<>();
        weights.forEach((names, array) -> all.put(names.getFirst(), array));
        return all;
    }

    /** Sends what the weights are now, where the caller has them. */
    void sendWeights() {
        arrays.reload(weights);
        enterWeights();
    }

    private void enterWeights() {
        if (!stages.entered(RESIDENT)) {
            stages.enter(RESIDENT);
        }
        if (!stages.entered(REMEMBERED)) {
            stages.enter(REMEMBERED);
        }
        enter(WEIGHTS);
    }

    /** Sends weights and moments, which from now on count here. */
    void load(ParameterArena given, ParameterArena m, ParameterArena v) {
        byName().forEach((name, array) -> HostCopies.copyIn(given.tensor(name), array));
        updates.means().forEach((name, array) -> HostCopies.copyIn(m.tensor(name), array));
        updates.squares().forEach((name, array) -> HostCopies.copyIn(v.tensor(name), array));
        enterWeights();
    }

    /** Brings weights and moments back. */
    void store(ParameterArena to, ParameterArena m, ParameterArena v) {
        store(byName(), to);
        store(updates.means(), m);
        store(updates.squares(), v);
    }

    /** Brings the gradients of weights back. */
    void storeGradients(ParameterArena to) {
        store(back.weightGradients(), to);
    }

    private void store(Map<String, FloatArray> numbers, ParameterArena to) {
        stages.fetch(numbers.values());
        numbers.forEach((name, array) -> HostCopies.copyOut(array, to.tensor(name)));
    }

    /** The length of the gradients that the walks since the last {@code fresh} one have left. */
    double gradientNorm() {
        updates.describe();
        stages.run(NORM);
        stages.fetch(List.of(updates.sums()));
        double sum = 0;
        for (int i = 0; i < updates.sums().getSize(); i++) {
            sum += updates.sums().get(i);
        }
        return Math.sqrt(sum);
    }

    /** Changes weights and moments by the gradients. */
    void update(AdamStep step) {
        updates.describe(step);
        stages.enter(UPDATE);
        stages.run(UPDATE);
    }

    private void enter(int stage) {
        if (!stages.isEmpty(stage)) {
            stages.enter(stage);
        }
    }

    /** The host side of an input becomes these rows. */
    void load(Slot input, Tensor rows) {
        if (decays.contains(input)) {
            HostCopies.copyDecaysIn(rows, arrays.slot(input));
        } else {
            HostCopies.copyIn(rows, arrays.slot(input));
        }
    }

    /** Runs forward over the inputs that are loaded. */
    void forward(int[] lengths, int[] positions) {
        enter(FORWARD);
        tables.describe(lengths, positions);
        stages.run(FORWARD);
    }

    /**
     * Goes back over the run that the device remembers.
     *
     * @param ends whether nothing comes back of what a later run carried
     * @param earlier whether an earlier run wants the gradients of what was carried in
     * @param fresh whether the gradients of weights begin with zeros
     */
    void backward(int[] lengths, int[] positions, boolean ends, boolean earlier, boolean fresh) {
        enter(BACKWARD);
        backTables.describe(lengths, positions, ends, earlier, fresh);
        stages.run(BACKWARD);
    }

    /** Slots and what was carried in: what makes a run that can be gone back over. */
    List<FloatArray> remembered() {
        List<FloatArray> all = new ArrayList<>(remembered);
        all.addAll(inputs);
        return all;
    }

    /** Sends the host side of {@link #remembered} in the place of the run that the device remembers. */
    void enterRemembered() {
        stages.enter(REMEMBERED);
        enter(WEIGHTS);
        enter(FORWARD);
    }

    /** A slot's rows. */
    FloatArray slot(Slot slot) {
        return arrays.slot(slot);
    }

    /** Where the gradients of outputs go before a walk backward, of those that have one. */
    Map<Slot, FloatArray> outputGradients() {
        return back.outputs();
    }

    /** A slot's gradient; null where it has none. */
    FloatArray gradient(Slot slot) {
        return back.gradient(slot);
    }

    /** Adds what the last walk found of the weights to an arena of the layout that is trained. */
    void addWeightGradients(ParameterArena arena) {
        Map<String, FloatArray> gradients = back.weightGradients();
        stages.fetch(gradients.values());
        gradients.forEach((name, gradient) -> {
            Tensor sum = arena.tensor(name);
            for (int i = 0; i < gradient.getSize(); i++) {
                sum.set(i, sum.get(i) + gradient.get(i));
            }
        });
    }

    /** Brings back the first numbers of an array. */
    void fetch(FloatArray array, long numbers) {
        stages.fetch(array, numbers);
    }

    /** Brings back arrays. */
    void fetch(Collection<FloatArray> all) {
        stages.fetch(all);
    }

    /** Bytes on the device. */
    long bytes() {
        return bytes;
    }

    void close() {
        stages.close();
    }
}
