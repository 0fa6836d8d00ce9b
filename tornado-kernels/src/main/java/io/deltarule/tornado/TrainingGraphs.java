package io.deltarule.tornado;

import io.deltarule.core.Tensor;
import io.deltarule.core.engine.BackwardWalk;
import io.deltarule.core.engine.ProgramBlocks;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.AdamStep;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.TrainingSpec;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.HostCopies;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.ResidentArrays;
import io.deltarule.tornado.graph.ResidentGroup;
import io.deltarule.tornado.graph.Stage;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.LayerLaunches;
import io.deltarule.tornado.op.LayerRunTables;
import io.deltarule.tornado.op.backward.BackwardArrays;
import io.deltarule.tornado.op.backward.BackwardLaunches;
import io.deltarule.tornado.op.backward.BackwardTables;
import io.deltarule.tornado.op.parameter.ParameterArrays;
import io.deltarule.tornado.op.parameter.ParameterStacks;
import io.deltarule.tornado.op.update.UpdateLaunches;
import io.deltarule.tornado.quirks.GraphLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A training step's stages on a device, each of as many task graphs as its launches need, and the arrays that stay there.
 *
 * <pre>
 *   forward      inputs → kernels; what a run carries in is kept before it      for each block
 *   again        what the run carried in is put back, before the block's forward where it is run again
 *   backward     gradients of the outputs → kernels                             for each block
 *   norm         kernels                                                        an optimiser there
 *   update       the numbers of the step → kernels                              likewise
 * </pre>
 *
 * Groups of arrays that are sent: weights that are trained, with moments, where the host has new ones; inputs; gradients of outputs; the
 * step; what is remembered of a run, where an earlier one takes its place; and what is carried on, after earlier runs took its place.
 */
final class TrainingGraphs {
    /** Task graphs that follow one another among a plan's. */
    private record Part(int first, int end) {}

    private final ProgramBlocks blocks;
    private final LayerArrays arrays;
    private final LayerRunTables tables;
    private final BackwardArrays back;
    private final BackwardTables backTables;
    /** Null where the host has the optimiser. */
    private final UpdateLaunches updates;

    private final Map<List<String>, FloatArray> weights;
    private final ParameterArrays parameters;
    private final List<FloatArray> inputs;
    private final List<FloatArray> remembered;
    private final ResidentGroup weightGroup;
    private final ResidentGroup inputGroup;
    private final ResidentGroup rememberedGroup;
    private final ResidentGroup computedGroup;
    private final ResidentGroup carriedGroup;
    private final ResidentGroup outputGroup;
    private final ResidentGroup stepGroup;
    /** Of each block, as the next two. */
    private final List<Part> forward = new ArrayList<>();

    private final List<Part> again = new ArrayList<>();
    private final List<Part> backward = new ArrayList<>();
    private final Part norm;
    private final Part update;
    /** The inputs that are log-decays of some delta rule. */
    private final Set<Slot> decays;

    private final GraphPlan graph;
    private final long bytes;

    /** Everything that is made of a specification: once to count, once to keep. */
    private static final class Parts {
        final KernelContext context = new KernelContext();
        final LayerRunTables tables;
        final BackwardTables backTables;
        final LayerArrays arrays;
        final BackwardArrays back;
        final ProgramBlocks blocks;
        final List<List<List<Launch>>> forward = new ArrayList<>();
        final List<List<List<Launch>>> again = new ArrayList<>();
        final List<List<List<Launch>>> backward = new ArrayList<>();
        final ParameterStacks stacks;
        final UpdateLaunches updates;

        Parts(TrainingSpec spec, Predicate<String> decayed, DeviceMemory memory) {
            LayerProgram program = spec.layer().program();
            BackwardWalk walk = new BackwardWalk(spec, BackwardWalk.inputs(program));
            tables = new LayerRunTables(spec.layer());
            backTables = new BackwardTables(spec.layer());
            blocks = new ProgramBlocks(spec);
            arrays = LayerArrays.remembering(spec.layer(), blocks, memory);
            stacks = new ParameterStacks(program, spec.trained());
            back = new BackwardArrays(spec, walk, arrays, stacks, memory);
            BackwardLaunches launches = new BackwardLaunches(spec, walk, arrays, back, backTables, context);
            List<List<Launch>> operations = LayerLaunches.of(spec.layer(), arrays, tables, context);
            int last = blocks.count() - 1;
            for (int block = 0; block <= last; block++) {
                int first = blocks.first(block);
                int end = blocks.end(block);
                List<List<Launch>> there = new ArrayList<>(launches.before(first, end, tables));
                there.addAll(operations.subList(first, end));
                forward.add(there);
                again.add(last == 0 ? List.of() : launches.again(first, end, tables));
                List<List<Launch>> back = new ArrayList<>(block == last ? launches.zeros() : List.of());
                back.addAll(launches.backward(first, end));
                backward.add(back);
            }
            updates = decayed == null
                    ? null
                    : new UpdateLaunches(stacks, decayed, back.weightGradients(), memory, context);
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
        Parts _ = new Parts(spec, decayed, count);
        bytes = count.used();
        Parts parts = new Parts(spec, decayed, DeviceMemory.of(device));
        blocks = parts.blocks;
        arrays = parts.arrays;
        tables = parts.tables;
        back = parts.back;
        backTables = parts.backTables;
        updates = parts.updates;
        weights = arrays.numbers(spec.trained()::contains);
        parameters = new ParameterArrays(parts.stacks, weights::get);
        decays = SequenceOp.Delta.decays(program);
        inputs = program.inputs().stream().map(arrays::slot).toList();
        Set<FloatArray> kept = new LinkedHashSet<>();
        blocks.remembered().forEach(slot -> kept.add(arrays.slot(slot)));
        Set<FloatArray> computed = new LinkedHashSet<>();
        program.slots().forEach(slot -> computed.add(arrays.slot(slot)));
        (blocks.count() == 1 ? kept : computed).addAll(arrays.leftBehind());
        computed.removeAll(kept);
        inputs.forEach(kept::remove);
        kept.forEach(array -> array.init(Float.NaN));
        computed.forEach(array -> array.init(Float.NaN));
        inputs.forEach(array -> array.init(0));
        kept.addAll(back.before());
        remembered = List.copyOf(kept);
        weightGroup = group("weights", Float.NaN, numbers());
        inputGroup = group("inputs", 0, inputs);
        rememberedGroup = group("remembered", Float.NaN, remembered);
        computedGroup = group("computed", Float.NaN, computed);
        carriedGroup = blocks.count() == 1 ? null : group("carried", 0, arrays.carried());
        outputGroup = group("outputs", 0, back.outputs().values());
        stepGroup = updates == null ? null : group("step", 0, List.of(updates.step()));
        List<Stage> all = new ArrayList<>();
        for (int block = 0; block < blocks.count(); block++) {
            forward.add(add("forward", parts.forward.get(block), all));
            again.add(add("again", parts.again.get(block), all));
            backward.add(add("backward", parts.backward.get(block), all));
        }
        norm = updates == null ? null : add("norm", updates.norm(), all);
        update = updates == null ? null : add("update", updates.update(parameters), all);
        graph = new GraphPlan(device, parts.context, residents(all), all);
    }

    private static ResidentGroup group(String name, float begin, Collection<FloatArray> arrays) {
        return arrays.isEmpty() ? null : new ResidentGroup(name, begin, List.copyOf(arrays));
    }

    /** Cuts a stage's launches into as few graphs as hold them; a unit stays together. */
    private static Part add(String name, List<List<Launch>> units, List<Stage> stages) {
        int first = stages.size();
        List<Launch> part = new ArrayList<>();
        int bytes = 0;
        for (List<Launch> unit : units) {
            int more = unit.stream().mapToInt(Launch::bytes).sum();
            if (!part.isEmpty()
                    && (bytes + more > GraphLimits.BYTES || part.size() + unit.size() > GraphLimits.TASKS)) {
                stages.add(new Stage(name + stages.size(), part, new GraphTransfers()));
                part.clear();
                bytes = 0;
            }
            part.addAll(unit);
            bytes += more;
        }
        if (!part.isEmpty()) {
            stages.add(new Stage(name + stages.size(), part, new GraphTransfers()));
        }
        return new Part(first, stages.size());
    }

    /** What enters with the weights. */
    private List<FloatArray> numbers() {
        List<FloatArray> all = new ArrayList<>(weights.values());
        if (updates != null) {
            all.addAll(updates.means().all());
            all.addAll(updates.squares().all());
        }
        return all;
    }

    /** Everything that a launch uses; what no group and no constant is begins with zeros. */
    private ResidentArrays residents(List<Stage> all) {
        List<ResidentGroup> groups = new ArrayList<>();
        Set<TornadoNativeArray> rest = new LinkedHashSet<>();
        all.forEach(stage -> rest.addAll(stage.arrays()));
        List<ResidentGroup> named = Arrays.asList(
                weightGroup, inputGroup, rememberedGroup, computedGroup, carriedGroup, outputGroup, stepGroup);
        for (ResidentGroup group : named) {
            if (group != null) {
                groups.add(group);
                group.arrays().forEach(rest::remove);
            }
        }
        Set<TornadoNativeArray> constants = new LinkedHashSet<>(arrays.constants());
        constants.addAll(arrays.integers());
        constants.addAll(back.integers());
        weights.values().forEach(constants::remove);
        constants.retainAll(rest);
        rest.removeAll(constants);
        List<FloatArray> zeros = rest.stream().map(FloatArray.class::cast).toList();
        if (!zeros.isEmpty()) {
            groups.add(new ResidentGroup("zeros", 0, zeros));
        }
        return new ResidentArrays(groups, List.copyOf(constants));
    }

    /** Sends what the weights are now, where the caller has them. */
    void sendWeights() {
        arrays.reload(weights);
        send(weightGroup);
    }

    private void send(ResidentGroup group) {
        if (group != null) {
            graph.send(group);
        }
    }

    private void run(Part part) {
        for (int i = part.first(); i < part.end(); i++) {
            graph.run(i);
        }
    }

    /** Sends weights and moments, which from now on count here. */
    void load(ParameterArena given, ParameterArena m, ParameterArena v) {
        parameters.copyIn(given);
        updates.means().copyIn(m);
        updates.squares().copyIn(v);
        send(weightGroup);
    }

    /** Brings weights and moments back. */
    void store(ParameterArena to, ParameterArena m, ParameterArena v) {
        store(parameters, to);
        store(updates.means(), m);
        store(updates.squares(), v);
    }

    /** Brings the gradients of weights back. */
    void storeGradients(ParameterArena to) {
        store(back.weightGradients(), to);
    }

    private void store(ParameterArrays numbers, ParameterArena to) {
        graph.save(numbers.all());
        numbers.copyOut(to);
    }

    /** The length of the gradients that the walks since the last {@code fresh} one have left. */
    double gradientNorm() {
        updates.describe();
        run(norm);
        graph.fetch(updates.sums());
        double sum = 0;
        for (int i = 0; i < updates.sums().getSize(); i++) {
            sum += updates.sums().get(i);
        }
        return Math.sqrt(sum);
    }

    /** Changes weights and moments by the gradients. */
    void update(AdamStep step) {
        updates.describe(step);
        send(stepGroup);
        run(update);
    }

    /** The host side of an input becomes these rows. */
    void load(Slot input, Tensor rows) {
        if (decays.contains(input)) {
            HostCopies.copyDecaysIn(rows, arrays.slot(input));
        } else {
            HostCopies.copyIn(rows, arrays.slot(input));
        }
    }

    /** Blocks of operations, all of which make up the program. */
    ProgramBlocks blocks() {
        return blocks;
    }

    /** Begins a run forward over the inputs that are loaded. */
    void beginForward(int[] lengths, int[] positions) {
        graph.begin();
        send(inputGroup);
        tables.describe(lengths, positions);
    }

    /** Runs a block. */
    void forward(int block) {
        run(forward.get(block));
    }

    /** Runs a block once more in a walk backward; what is carried on is then that of the run which is gone back over. */
    void again(int block) {
        run(again.get(block));
        run(forward.get(block));
    }

    /** Brings back what is carried on. */
    void saveCarried() {
        graph.save(arrays.carried());
    }

    /** Sends what {@link #saveCarried} brought. */
    void returnCarried() {
        send(carriedGroup);
    }

    /**
     * Begins to go back over the run that the device remembers, the last block first.
     *
     * @param ends whether nothing comes back of what a later run carried
     * @param earlier whether an earlier run wants the gradients of what was carried in
     * @param fresh whether the gradients of weights begin with zeros
     */
    void beginBackward(int[] lengths, int[] positions, boolean ends, boolean earlier, boolean fresh) {
        send(outputGroup);
        tables.describe(lengths, positions);
        backTables.describe(lengths, positions, ends, earlier, fresh);
    }

    /** Goes back over a block, whose slots were computed last. */
    void backward(int block) {
        run(backward.get(block));
    }

    /** Whether going back over a block has anything to do. */
    boolean goesBack(int block) {
        return backward.get(block).first() < backward.get(block).end();
    }

    /** Slots and what was carried in: what makes a run that can be gone back over. */
    List<FloatArray> remembered() {
        List<FloatArray> all = new ArrayList<>(remembered);
        all.addAll(inputs);
        return all;
    }

    /** Sends the host side of {@link #remembered} in the place of the run that the device remembers. */
    void enterRemembered() {
        send(rememberedGroup);
        send(inputGroup);
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
        graph.save(back.weightGradients().all());
        back.weightGradients().addTo(arena);
    }

    /** Brings back the first numbers of an array. */
    void fetch(FloatArray array, long numbers) {
        graph.fetch(array, 0, numbers);
    }

    /** Brings back arrays. */
    void fetch(Collection<FloatArray> all) {
        graph.save(all);
    }

    /** Bytes on the device. */
    long bytes() {
        return bytes;
    }

    void close() {
        graph.close();
    }
}
