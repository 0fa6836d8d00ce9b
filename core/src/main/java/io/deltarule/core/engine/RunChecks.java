package io.deltarule.core.engine;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Levels;
import io.deltarule.core.Tensor;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a run of a program is checked for before anything is computed, forward or backward. */
final class RunChecks {
    private RunChecks() {}

    /** Ids and labels are given, so that a bad one is found before anything is computed. */
    static void checkNumbered(LayerProgram program) {
        for (LayerOp op : program.ops()) {
            if (op instanceof MatrixOp.Embedding e && !program.inputs().contains(e.ids())) {
                throw computed("embedding " + e.table() + ": expected its ids", e.ids());
            }
            if (op instanceof MatrixOp.CrossEntropy c && !program.inputs().contains(c.labels())) {
                throw computed("cross-entropy " + c.weight() + ": expected its labels", c.labels());
            }
        }
    }

    private static InvalidInputException computed(String what, Slot slot) {
        return new InvalidInputException(what + " among the program's inputs but slot " + slot.name() + " is computed");
    }

    /** The inputs that hold numbers of rows and classes: nothing has a gradient with respect to them. */
    static Set<Slot> numbered(LayerProgram program) {
        Set<Slot> slots = new HashSet<>();
        for (LayerOp op : program.ops()) {
            if (op instanceof MatrixOp.Embedding e) {
                slots.add(e.ids());
            } else if (op instanceof MatrixOp.CrossEntropy c) {
                slots.add(c.labels());
            }
        }
        return slots;
    }

    /** Checks a run's lengths against capacities and returns how many tokens it has. */
    static int checkLengths(LayerSpec spec, int[] lengths, int[] positions) {
        if (lengths.length != spec.sequences()) {
            throw new InvalidInputException("lengths: expected one number for each of " + spec.sequences()
                    + " sequences but found " + lengths.length);
        }
        long tokens = 0;
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] < 0) {
                throw new InvalidInputException(
                        "lengths: expected at least 0 but found " + lengths[i] + " for sequence " + i);
            }
            if ((long) positions[i] + lengths[i] > spec.maxContext()) {
                throw new InvalidInputException("lengths: expected sequence " + i + " to have at most "
                        + spec.maxContext() + " tokens in all but it has had " + positions[i] + " and brings "
                        + lengths[i] + "; make a plan with a larger maxContext");
            }
            for (LayerOp op : spec.program().ops()) {
                if (op instanceof SequenceOp.Delta delta) {
                    Levels.require(delta.shape().levels(), (long) positions[i] + lengths[i]);
                }
            }
            tokens += lengths[i];
        }
        if (tokens > spec.maxTokens()) {
            throw new InvalidInputException("lengths: expected at most " + spec.maxTokens()
                    + " tokens in a run but found " + tokens + "; run them in parts or make a larger plan");
        }
        return (int) tokens;
    }

    /** Checks which of a run's tokens are wanted; null stands for all. */
    static void checkRows(int[] rows, int tokens) {
        for (int i = 0; rows != null && i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= tokens) {
                throw new InvalidInputException(
                        "rows: expected tokens from 0 to " + (tokens - 1) + " but found " + rows[i]);
            }
        }
    }

    /**
     * Checks one tensor [tokens, width] per slot.
     *
     * @param optional whether some may be null
     */
    static void checkTensors(String what, List<Slot> slots, List<Tensor> tensors, int tokens, boolean optional) {
        if (tensors.size() != slots.size()) {
            throw new InvalidInputException(
                    what + "s: expected " + slots.size() + " tensors but found " + tensors.size());
        }
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            Tensor tensor = tensors.get(i);
            if (tensor == null ? !optional : !tensor.hasDims(tokens, slot.width())) {
                throw new InvalidInputException(what + " " + slot.name() + ": expected [" + tokens + ", " + slot.width()
                        + "] but found " + tensor);
            }
        }
    }

    /** Ids and labels are checked here so that no engine computes anything before a bad one is found. */
    static void checkIds(LayerProgram program, List<Tensor> inputs) {
        for (LayerOp op : program.ops()) {
            if (op instanceof MatrixOp.Embedding e) {
                checkIds("ids", e.ids(), inputs.get(program.inputs().indexOf(e.ids())), 0, e.rows());
            } else if (op instanceof MatrixOp.CrossEntropy c) {
                checkIds("labels", c.labels(), inputs.get(program.inputs().indexOf(c.labels())), -1, c.classes());
            }
        }
    }

    private static void checkIds(String what, Slot slot, Tensor ids, int least, int end) {
        for (long i = 0; i < ids.size(); i++) {
            float id = ids.get(i);
            if (!(id >= least && id < end) || id != (int) id) { // the first is also false for NaN
                throw new InvalidInputException("input " + slot.name() + ": expected " + what + " from " + least
                        + " to " + (end - 1) + " but found " + id + " at token " + i);
            }
        }
    }
}
