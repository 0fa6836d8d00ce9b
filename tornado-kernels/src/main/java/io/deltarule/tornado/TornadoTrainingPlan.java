package io.deltarule.tornado;

import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractTrainingPlan;
import io.deltarule.core.engine.FiniteNumbers;
import io.deltarule.core.engine.ProgramBlocks;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.AdamStep;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ResidentTrainingPlan;
import io.deltarule.core.training.TrainingSpec;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.HostCopies;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A program forward and backward on one device, in the stages of {@link TrainingGraphs}. Ids and labels or other inputs go there with
 * each run forward, gradients of outputs before each walk backward, and those of inputs come back after it. Weights and their gradients
 * stay there where the optimiser is there too; else weights go there before each run, and their gradients come back after each walk.
 *
 * <p>Of chained runs all but the last lie on the host until the walk backward comes to them.
 */
final class TornadoTrainingPlan extends AbstractTrainingPlan implements ResidentTrainingPlan {
    private static final int NONE = -1;

    private final LayerProgram program;
    private final TrainingGraphs graphs;
    private final ProgramBlocks blocks;
    private final Deque<Run> runs = new ArrayDeque<>(); // the last one first
    private Run resident; // whose slots are on the device
    private int computed; // the block whose slots were computed last, NONE where a restored run has none
    /** Whether what is carried on after all runs is on the host, while going back puts earlier states in its place. */
    private boolean live;

    private final boolean updates; // whether the optimiser is on the device
    private boolean loaded; // whether the device has the weights that count, where it is
    private boolean fresh = true; // whether the gradients of weights begin with zeros
    private boolean
            carriedBack; // whether the gradients of what is carried are those at the end of the run that comes next

    /** A run that is remembered, and once another one has taken its slots, their numbers. */
    private static final class Run {
        private final int[] lengths;
        private final int[] positions;
        private List<float[]> archive;

        Run(int[] lengths, int[] positions) {
            this.lengths = lengths;
            this.positions = positions;
        }

        int tokens() {
            return Arrays.stream(lengths).sum();
        }
    }

    /**
     * Allocates, and builds the graphs.
     *
     * @param decayed on which weights an optimiser on the device lets decay act; null where the host has the optimiser
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them, or an operation has no gradient there
     */
    TornadoTrainingPlan(TrainingSpec asked, Predicate<String> decayed, DeviceHandle device) {
        super(asked);
        TrainingSpec spec =
                new TrainingSpec(asked.layer().orChunkSize(PlanSpec.DEFAULT_CHUNK_SIZE), asked.trained(), asked.cuts());
        program = spec.layer().program();
        updates = decayed != null;
        graphs = new TrainingGraphs(spec, decayed, device);
        blocks = graphs.blocks();
    }

    @Override
    protected void computeForward(
            int[] lengths, int[] positions, boolean chained, List<Tensor> inputs, List<Tensor> outputs) {
        if (chained) {
            archive(runs.peek());
        }
        Run run = new Run(lengths, positions);
        runs.push(run);
        resident = run;
        if (run.tokens() > 0) {
            if (!updates) {
                graphs.sendWeights();
            } else if (!loaded) {
                throw new IllegalStateException("expected weights on the device: call load before the first run");
            }
            for (int i = 0; i < inputs.size(); i++) {
                graphs.load(program.inputs().get(i), inputs.get(i));
            }
            graphs.beginForward(lengths, positions);
            for (int block = 0; block < blocks.count(); block++) {
                graphs.forward(block);
                handOut(block, run.tokens(), outputs);
            }
            computed = blocks.count() - 1;
        }
    }

    /** Brings the outputs that a block wrote, before another one takes their place; a slot that lies apart with the last one. */
    private void handOut(int block, int tokens, List<Tensor> outputs) {
        for (int i = 0; i < outputs.size(); i++) {
            Slot slot = program.outputs().get(i);
            if (blocks.own(slot) ? block == blocks.count() - 1 : blocks.holds(slot, block)) {
                graphs.fetch(graphs.slot(slot), (long) tokens * slot.width());
                HostCopies.copyOut(graphs.slot(slot), outputs.get(i));
            }
        }
    }

    /** Keeps what a run left on the device, before another run takes its place. */
    private void archive(Run run) {
        if (run.archive == null && run.tokens() > 0) {
            List<FloatArray> arrays = graphs.remembered();
            graphs.fetch(arrays);
            run.archive = new ArrayList<>();
            for (FloatArray array : arrays) {
                run.archive.add(array.toHeapArray());
            }
        }
    }

    private void restore(Run run) {
        List<FloatArray> arrays = graphs.remembered();
        for (int i = 0; i < arrays.size(); i++) {
            MemorySegment.copy(
                    run.archive.get(i),
                    0,
                    arrays.get(i).getSegment(),
                    ValueLayout.JAVA_FLOAT,
                    0,
                    run.archive.get(i).length);
        }
        graphs.enterRemembered();
        computed = blocks.count() == 1 ? 0 : NONE;
    }

    @Override
    protected void computeBackward(
            boolean later,
            boolean earlier,
            List<Tensor> outputGradients,
            ParameterArena gradients,
            List<Tensor> inputGradients) {
        Run run = runs.pop();
        int tokens = run.tokens();
        if (blocks.count() > 1 && earlier && !later) {
            graphs.saveCarried();
            live = true;
        }
        if (tokens == 0) {
            carriedBack &= later;
            inputGradients.stream().filter(wanted -> wanted != null).forEach(wanted -> wanted.fill(0));
            returnLive(earlier);
            return;
        }
        if (resident != run) {
            restore(run);
            resident = run;
        }
        take(outputGradients, tokens);
        graphs.beginBackward(run.lengths, run.positions, !(later && carriedBack), earlier, gradients != null || fresh);
        for (int block = blocks.count() - 1; block >= 0; block--) {
            if (block != computed && graphs.goesBack(block)) {
                graphs.again(block);
                computed = block;
            }
            graphs.backward(block);
        }
        returnLive(earlier);
        carriedBack = earlier;
        fresh = false;
        if (gradients != null) {
            graphs.addWeightGradients(gradients);
        }
        for (int i = 0; i < inputGradients.size(); i++) {
            Tensor wanted = inputGradients.get(i);
            FloatArray gradient =
                    wanted == null ? null : graphs.gradient(program.inputs().get(i));
            if (gradient != null) {
                graphs.fetch(gradient, wanted.size());
                HostCopies.copyOut(gradient, wanted);
            } else if (wanted != null) {
                wanted.fill(0);
            }
        }
    }

    /** After the first of several runs, going on begins where the last one ended. */
    private void returnLive(boolean earlier) {
        if (live && !earlier) {
            graphs.returnCarried();
            live = false;
        }
    }

    /** Begins with what the caller says of the outputs; one that is handed out twice gets both. */
    private void take(List<Tensor> outputGradients, int tokens) {
        Set<Slot> begun = new HashSet<>();
        for (int i = 0; i < outputGradients.size(); i++) {
            Slot slot = program.outputs().get(i);
            FloatArray gradient = graphs.outputGradients().get(slot);
            Tensor given = outputGradients.get(i);
            if (gradient == null) {
                continue;
            }
            boolean first = begun.add(slot);
            for (int j = 0; j < tokens * slot.width(); j++) {
                float before = first ? 0 : gradient.get(j);
                gradient.set(j, before + (given == null ? 0 : given.get(j)));
            }
        }
    }

    @Override
    public void load(ParameterArena weights, ParameterArena m, ParameterArena v) {
        exclusively(() -> {
            graphs.load(weights, m, v);
            loaded = true;
        });
    }

    @Override
    public void store(ParameterArena weights, ParameterArena m, ParameterArena v) {
        exclusively(() -> graphs.store(weights, m, v));
    }

    @Override
    public void clearGradients() {
        exclusively(() -> fresh = true);
    }

    @Override
    public void backwardInPlace(List<Tensor> outputGradients) {
        goBackInPlace(outputGradients);
    }

    @Override
    public double gradientNorm() {
        double[] norm = new double[1];
        exclusively(() -> norm[0] = graphs.gradientNorm());
        return norm[0];
    }

    @Override
    public void storeGradients(ParameterArena gradients) {
        exclusively(() -> graphs.storeGradients(gradients));
    }

    @Override
    public void update(AdamStep step) {
        exclusively(() -> graphs.update(step));
    }

    @Override
    protected void clear() {
        runs.clear();
        resident = null;
        live = false;
        carriedBack = false;
    }

    @Override
    protected Optional<String> notFinite() {
        if (resident == null || resident.tokens() == 0) {
            return Optional.empty();
        }
        program.slots().forEach(slot -> graphs.fetch(graphs.slot(slot), (long) resident.tokens() * slot.width()));
        for (Slot slot : program.inputs()) {
            if (!finite(slot)) {
                return Optional.of("slot " + slot.name());
            }
        }
        for (LayerOp op : program.ops()) {
            for (String name : op.weights().keySet()) {
                if (!FiniteNumbers.in(
                        spec().layer().weights().get(name, op.weights().get(name)))) {
                    return Optional.of("weight " + name);
                }
            }
            for (Slot slot : op.writes()) {
                if (!finite(slot)) {
                    return Optional.of("slot " + slot.name());
                }
            }
        }
        return Optional.empty();
    }

    private boolean finite(Slot slot) {
        return !blocks.holds(slot, computed)
                || FiniteNumbers.in(graphs.slot(slot).getSegment(), (long) resident.tokens() * slot.width());
    }

    @Override
    protected long held() {
        return graphs.bytes();
    }

    @Override
    protected void release() {
        graphs.close();
    }
}
