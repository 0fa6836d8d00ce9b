package io.deltarule.core.reference;

import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.reference.backward.BackwardEquations;
import io.deltarule.core.reference.backward.BackwardRun;
import io.deltarule.core.reference.op.LayerStep;
import io.deltarule.core.reference.op.WeightNumbers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program forward and backward with every number in float64: what is given, computed, carried from run to run and handed back
 * from run to run. Runs are remembered whole, but for slots that no gradient can need; cuts are of no use here.
 */
final class Float64Program {
    private final LayerProgram program;
    private final Map<String, WeightNumbers> weights;
    private final Map<String, Integer> trained = new LinkedHashMap<>(); // and how many numbers each has
    private final Set<Slot> numbered;
    private final Set<Slot> remembered = new HashSet<>();
    private final ProgramSteps steps;
    private final long stepNumbers;
    private final Deque<Run> runs = new ArrayDeque<>(); // the last one first
    private final Set<Slot> notFinite = new HashSet<>(); // of the last forward run
    private double[][]
            carriedBack = {}; // by operation: gradient of what the next run that is gone back over carried out

    /** What a run leaves: by slot its rows, by operation what was carried into the run. */
    @SuppressWarnings("ArrayRecordComponent") // plain numbers, never compared
    private record Run(int[] lengths, int[] positions, Map<Slot, double[]> slots, double[][] states) {
        long numbers() {
            return slots.values().stream().mapToLong(rows -> rows.length).sum()
                    + Arrays.stream(states).mapToLong(state -> state.length).sum();
        }
    }

    /**
     * Gradients of one run.
     *
     * @param weights by name, of all that are trained
     * @param inputs one for each input that is wanted, null for the others
     */
    record Gradients(Map<String, double[]> weights, List<double[]> inputs) {}

    /**
     * @param layer program and capacities
     * @param weights the program's weights
     * @param trained the names of those whose gradients are wanted
     * @param numbered inputs that hold numbers of rows and classes
     */
    Float64Program(LayerSpec layer, Map<String, WeightNumbers> weights, Set<String> trained, Set<Slot> numbered) {
        this.program = layer.program();
        this.weights = weights;
        this.numbered = numbered;
        program.weights().forEach((name, dims) -> {
            if (trained.contains(name)) {
                this.trained.put(name, Arrays.stream(dims).reduce(1, Math::multiplyExact));
            }
        });
        this.steps = new ProgramSteps(program, weights, layer.sequences(), layer.maxContext());
        this.stepNumbers =
                steps.steps().stream().mapToLong(s -> s.state().length).sum()
                        + program.slots().stream().mapToLong(Slot::width).sum();
        Set<Slot> reached = reached(true, List.of());
        for (LayerOp op : program.ops()) {
            if (reached.containsAll(op.writes())) {
                remembered.addAll(op.reads());
                remembered.addAll(op.writes());
            }
        }
    }

    /**
     * The slots whose gradients are wanted because something that is wanted goes into them.
     *
     * @param anyInput whether every input may be wanted that is not numbered
     * @param wanted otherwise, the inputs that are
     */
    private Set<Slot> reached(boolean anyInput, List<Slot> wanted) {
        Set<Slot> reached = new HashSet<>(anyInput ? program.inputs() : wanted);
        reached.removeAll(numbered);
        for (LayerOp op : program.ops()) {
            if (op.reads().stream().anyMatch(reached::contains)
                    || op.weights().keySet().stream().anyMatch(trained::containsKey)) {
                reached.addAll(op.writes());
            }
        }
        return reached;
    }

    /**
     * Runs over the next tokens and remembers.
     *
     * @param positions tokens that each sequence has had before
     * @param inputs rows of each input slot
     * @return rows of each output slot
     */
    List<double[]> forward(int[] lengths, int[] positions, List<double[]> inputs) {
        int tokens = Arrays.stream(lengths).sum();
        Map<Slot, double[]> slots = new HashMap<>();
        program.slots().forEach(slot -> {
            if (remembered.contains(slot) || program.outputs().contains(slot)) {
                slots.put(slot, new double[Math.multiplyExact(tokens, slot.width())]);
            }
        });
        double[][] states = steps.steps().stream().map(LayerStep::state).toArray(double[][]::new);
        notFinite.clear();
        int token = 0;
        for (int sequence = 0; sequence < lengths.length; sequence++) {
            for (int t = 0; t < lengths[sequence]; t++, token++) {
                int row = token;
                for (int i = 0; i < inputs.size(); i++) {
                    Slot slot = program.inputs().get(i);
                    System.arraycopy(inputs.get(i), row * slot.width(), steps.row(slot), 0, slot.width());
                    keep(slot, row, slots);
                }
                steps.token(sequence, positions[sequence] + t, slot -> keep(slot, row, slots));
            }
        }
        List<double[]> outputs = program.outputs().stream().map(slots::get).toList();
        slots.keySet().retainAll(remembered);
        runs.push(new Run(lengths, positions, slots, states));
        return outputs;
    }

    private void keep(Slot slot, int row, Map<Slot, double[]> slots) {
        double[] numbers = steps.row(slot);
        if (!Arrays.stream(numbers).allMatch(Double::isFinite)) {
            notFinite.add(slot);
        }
        if (slots.containsKey(slot)) {
            System.arraycopy(numbers, 0, slots.get(slot), row * numbers.length, numbers.length);
        }
    }

    /** What the last run that is remembered has in a slot; null where that is not needed. */
    double[] values(Slot slot) {
        return runs.element().slots().get(slot);
    }

    /**
     * Goes back over the last run that is remembered and forgets it.
     *
     * @param later whether the run after it was just gone back over
     * @param earlier whether there is a run before it, which will be gone back over
     * @param outputGradients rows of each output slot, null for zeros
     * @param wanted the inputs whose gradients are wanted
     */
    Gradients backward(boolean later, boolean earlier, List<double[]> outputGradients, List<Slot> wanted) {
        Run run = runs.pop();
        int tokens = Arrays.stream(run.lengths()).sum();
        Map<Slot, double[]> gradients = new HashMap<>();
        for (Slot slot : reached(earlier, wanted)) { // an earlier run's inputs are known when it is gone back over
            gradients.put(slot, new double[tokens * slot.width()]);
        }
        for (int i = 0; i < outputGradients.size(); i++) {
            double[] to = gradients.get(program.outputs().get(i));
            double[] given = outputGradients.get(i);
            for (int at = 0; to != null && given != null && at < to.length; at++) {
                to[at] += given[at];
            }
        }
        Map<String, double[]> weightGradients = new LinkedHashMap<>();
        trained.forEach((name, size) -> weightGradients.put(name, new double[size]));
        BackwardRun back =
                new BackwardRun(run.lengths(), run.positions(), run.slots(), gradients, weights, weightGradients);
        double[][] carriedIn = new double[program.ops().size()][];
        for (int i = program.ops().size() - 1; i >= 0; i--) {
            LayerOp op = program.ops().get(i);
            if (gradients.containsKey(op.out())) {
                double[] state = run.states()[i];
                boolean given = later && carriedBack[i] != null;
                carriedIn[i] =
                        BackwardEquations.back(op, back, state, given ? carriedBack[i] : new double[state.length]);
            }
        }
        carriedBack = earlier ? carriedIn : new double[0][];
        List<double[]> inputs = new ArrayList<>();
        program.inputs().forEach(slot -> inputs.add(wanted.contains(slot) ? gradients.get(slot) : null));
        return new Gradients(weightGradients, inputs);
    }

    /** See {@link io.deltarule.core.training.TrainingPlan#firstNotFinite}. */
    Optional<String> firstNotFinite() {
        for (Slot slot : program.inputs()) {
            if (notFinite.contains(slot)) {
                return Optional.of("slot " + slot.name());
            }
        }
        for (LayerOp op : program.ops()) {
            for (Map.Entry<String, int[]> weight : op.weights().entrySet()) {
                if (!finite(weights.get(weight.getKey()), weight.getValue())) {
                    return Optional.of("weight " + weight.getKey());
                }
            }
            for (Slot slot : op.writes()) {
                if (notFinite.contains(slot)) {
                    return Optional.of("slot " + slot.name());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean finite(WeightNumbers weight, int[] dims) {
        double[] row = new double[dims[dims.length - 1]];
        long rows = Arrays.stream(dims, 0, dims.length - 1).asLongStream().reduce(1, Math::multiplyExact);
        for (long i = 0; i < rows; i++) {
            weight.read(i * row.length, row);
            if (!Arrays.stream(row).allMatch(Double::isFinite)) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of what is remembered, carried and handed back. */
    long bytes() {
        long numbers = stepNumbers
                + runs.stream().mapToLong(Run::numbers).sum()
                + Arrays.stream(carriedBack)
                        .mapToLong(one -> one == null ? 0 : one.length)
                        .sum();
        return numbers * Double.BYTES;
    }

    /** Forgets all runs; every sequence is back at its beginning. */
    void reset() {
        runs.clear();
        notFinite.clear();
        carriedBack = new double[0][];
        steps.steps().forEach(LayerStep::reset);
    }
}
