package io.deltarule.core.cpu;

import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.backward.BackwardRun;
import io.deltarule.core.cpu.backward.BackwardStep;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.op.LayerProducts;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.engine.AbstractTrainingPlan;
import io.deltarule.core.engine.FiniteNumbers;
import io.deltarule.core.engine.ProgramBlocks;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.TrainingSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A program forward and backward on the CPU. Forward are the steps of a {@link CpuLayerPlan}, over slots that keep their numbers;
 * backward one step or more per operation, over gradients that share memory as far as they can. All products are the engine's
 * own, whatever {@link io.deltarule.core.cpu.product.ProductChoice} says: a training run is not to depend on how fast another
 * library was when it began.
 *
 * <p>Results are the same to the last bit whatever the number of threads: outputs are shared out, not sums, but for sums over
 * tokens that are cut by the number of tokens.
 */
final class CpuTrainingPlan extends AbstractTrainingPlan {
    private static final int NONE = -1;

    private final CountingArena arena = new CountingArena();
    private final LayerProgram program;
    private final List<LayerStep> steps = new ArrayList<>();
    private final TrainingSlots slots;
    private final ProgramBlocks blocks;
    private final CpuSteps maker;
    private final CpuBackwardSteps backwardMaker;
    private final BackwardRun back;
    private final Map<Set<Slot>, BackwardSchedule> schedules =
            new HashMap<>(); // by the inputs whose gradients are wanted
    private final Deque<RememberedRun> runs = new ArrayDeque<>(); // the last one first
    private final Deque<RememberedRun> spare = new ArrayDeque<>();
    private RememberedRun live; // what is carried on after all runs, while going back puts earlier states in its place
    private int resident = NONE; // the block whose slots were computed last
    private int tokens; // of the run that the slots hold
    private boolean carriedBack; // whether steps have the gradient of the states at the end of the run that comes next

    /** @param chosen checks a specification of the delta rule and chooses what it leaves to the engine */
    CpuTrainingPlan(TrainingSpec spec, WorkerPool pool, UnaryOperator<PlanSpec> chosen) {
        super(spec);
        program = spec.layer().program();
        try {
            slots = new TrainingSlots(spec, arena);
            blocks = slots.blocks();
            maker = new CpuSteps(spec.layer(), pool, chosen, LayerProducts.OWN, Products.own(), slots::get, arena);
            program.ops().forEach(op -> steps.add(maker.step(op)));
            backwardMaker = new CpuBackwardSteps(spec, pool, maker, arena);
            back = new BackwardRun(maker.run());
        } catch (RuntimeException | Error e) {
            release();
            throw e;
        }
    }

    @Override
    protected void computeForward(
            int[] lengths, int[] positions, boolean chained, List<Tensor> inputs, List<Tensor> outputs) {
        maker.checkAlive();
        maker.refresh();
        steps.forEach(LayerStep::refresh);
        if (chained) {
            runs.peek().archive(slots);
        }
        RememberedRun run = spare.isEmpty() ? new RememberedRun(spec().layer(), arena) : spare.pop();
        run.begin(lengths, positions, steps);
        runs.push(run);
        tokens = run.tokens();
        maker.run().begin(lengths, positions);
        for (int i = 0; i < inputs.size(); i++) {
            MemorySegment given = inputs.get(i).data();
            MemorySegment.copy(given, 0, slots.get(program.inputs().get(i)).data(), 0, given.byteSize());
        }
        for (int block = 0; block < blocks.count() && tokens > 0; block++) {
            compute(block);
            for (int i = 0; i < outputs.size(); i++) {
                Slot slot = program.outputs().get(i);
                if (blocks.holds(slot, block)) {
                    MemorySegment wanted = outputs.get(i).data();
                    MemorySegment.copy(slots.get(slot).data(), 0, wanted, 0, wanted.byteSize());
                }
            }
        }
    }

    private void compute(int block) {
        resident = block;
        back.computed();
        for (int i = blocks.first(block); i < blocks.end(block); i++) {
            steps.get(i).run(maker.run());
        }
    }

    @Override
    protected void computeBackward(
            boolean later,
            boolean earlier,
            List<Tensor> outputGradients,
            ParameterArena gradients,
            List<Tensor> inputGradients) {
        maker.checkAlive();
        RememberedRun run = runs.pop();
        maker.run().begin(run.lengths(), run.positions());
        tokens = run.tokens();
        boolean again = blocks.count() > 1;
        if (again && earlier && !later) {
            keepLive(run);
        }
        if (run.restore(slots)) {
            resident = NONE;
            back.computed();
        }
        BackwardSchedule schedule = schedule(inputGradients);
        take(schedule, outputGradients);
        if (tokens > 0) {
            back.begin(later && carriedBack, earlier, gradients.data());
            for (int block = blocks.count() - 1; block >= 0; block--) {
                if (again && block != resident) {
                    for (int i = blocks.first(block); i < blocks.end(block); i++) {
                        run.load(i, steps.get(i));
                    }
                    compute(block);
                }
                for (int i = blocks.end(block) - 1; i >= blocks.first(block); i--) {
                    back.enter(run.carried(i));
                    for (BackwardStep step : schedule.steps(i)) {
                        step.run(back);
                    }
                }
            }
            carriedBack = earlier;
        } else {
            carriedBack &= later;
        }
        give(schedule, inputGradients);
        spare.push(run);
        if (again && !earlier && live != null) {
            for (int i = 0; i < steps.size(); i++) {
                live.load(i, steps.get(i));
            }
            spare.push(live);
            live = null;
        }
    }

    /** Keeps what is carried on after the last of several runs, which the blocks of the earlier ones would overwrite. */
    private void keepLive(RememberedRun last) {
        live = spare.isEmpty() ? new RememberedRun(spec().layer(), arena) : spare.pop();
        int[] after = new int[last.lengths().length];
        for (int i = 0; i < after.length; i++) {
            after[i] = last.positions()[i] + last.lengths()[i];
        }
        live.begin(last.lengths(), after, steps);
    }

    private BackwardSchedule schedule(List<Tensor> inputGradients) {
        Set<Slot> wanted = new HashSet<>();
        for (int i = 0; i < inputGradients.size(); i++) {
            if (inputGradients.get(i) != null) {
                wanted.add(program.inputs().get(i));
            }
        }
        return schedules.computeIfAbsent(wanted, w -> new BackwardSchedule(spec(), w, backwardMaker, arena));
    }

    /** Begins with what the caller says of the outputs. */
    private void take(BackwardSchedule schedule, List<Tensor> outputGradients) {
        Set<Slot> begun = new HashSet<>();
        for (int i = 0; i < outputGradients.size(); i++) {
            Slot slot = program.outputs().get(i);
            SlotBuffer gradient = schedule.gradient(slot);
            Tensor given = outputGradients.get(i);
            if (gradient == null) {
                continue;
            }
            long bytes = gradient.row(tokens);
            if (begun.add(slot)) {
                if (given == null) {
                    gradient.data().asSlice(0, bytes).fill((byte) 0);
                } else {
                    MemorySegment.copy(given.data(), 0, gradient.data(), 0, bytes);
                }
            } else if (given != null) { // an output that is handed out twice
                for (long j = 0; j < given.size(); j++) {
                    gradient.set(0, j, gradient.get(0, j) + given.get(j));
                }
            }
        }
    }

    private void give(BackwardSchedule schedule, List<Tensor> inputGradients) {
        for (int i = 0; i < inputGradients.size(); i++) {
            Tensor wanted = inputGradients.get(i);
            if (wanted != null) {
                SlotBuffer gradient = schedule.gradient(program.inputs().get(i));
                if (gradient == null) {
                    wanted.fill(0);
                } else {
                    MemorySegment.copy(
                            gradient.data(), 0, wanted.data(), 0, wanted.data().byteSize());
                }
            }
        }
    }

    @Override
    protected void clear() {
        steps.forEach(LayerStep::reset);
        spare.addAll(runs);
        runs.clear();
        if (live != null) {
            spare.push(live);
            live = null;
        }
        resident = NONE;
        carriedBack = false;
    }

    @Override
    protected Optional<String> notFinite() {
        if (resident == NONE) {
            return Optional.empty(); // nothing is remembered
        }
        for (Slot slot : program.inputs()) {
            if (!finite(slot)) {
                return Optional.of("slot " + slot.name());
            }
        }
        for (LayerOp op : program.ops()) {
            for (String name : op.weights().keySet()) {
                if (!FiniteNumbers.in(maker.given(name))) {
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
        if (!blocks.holds(slot, resident)) {
            return true;
        }
        SlotBuffer buffer = slots.get(slot);
        return FiniteNumbers.in(buffer.data(), (long) tokens * slot.width());
    }

    @Override
    protected long held() {
        return arena.bytes() + backwardMaker.bytes();
    }

    @Override
    protected void release() {
        arena.close();
    }
}
