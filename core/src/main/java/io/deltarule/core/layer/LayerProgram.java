package io.deltarule.core.layer;

import io.deltarule.core.InvalidInputException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A layer, a block or a whole model: operations in the order in which they run.
 *
 * @param inputs slots given by the caller
 * @param outputs slots handed back to the caller
 * @param ops every slot is written before it is read, and once
 */
public record LayerProgram(List<Slot> inputs, List<Slot> outputs, List<LayerOp> ops) {
    /**
     * Checks that every slot is written exactly once, before it is read, and has one width, and every weight one shape.
     *
     * @throws InvalidInputException naming the slot or weight and the operation
     */
    public LayerProgram {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        ops = List.copyOf(ops);
        Map<String, Slot> written = new LinkedHashMap<>();
        for (Slot input : inputs) {
            define(written, input, "the inputs");
        }
        for (LayerOp op : ops) {
            for (Slot slot : op.reads()) {
                known(written, slot, op.toString());
            }
            for (Slot slot : op.writes()) {
                define(written, slot, op.toString());
            }
        }
        for (Slot output : outputs) {
            known(written, output, "the outputs");
        }
        checkWeights(ops);
    }

    private static void checkWeights(List<LayerOp> ops) {
        Map<String, int[]> shapes = new HashMap<>();
        for (LayerOp op : ops) {
            op.weights().forEach((name, dims) -> {
                int[] before = shapes.putIfAbsent(name, dims);
                if (before != null && !Arrays.equals(before, dims)) {
                    throw new InvalidInputException("weight " + name + ": expected " + Arrays.toString(before)
                            + " as an operation before but " + op + " expects " + Arrays.toString(dims));
                }
            });
        }
    }

    private static void define(Map<String, Slot> written, Slot slot, String by) {
        if (written.put(slot.name(), slot) != null) {
            throw new InvalidInputException(
                    "slot " + slot.name() + ": expected to be written once but " + by + " writes it again");
        }
    }

    private static void known(Map<String, Slot> written, Slot slot, String by) {
        Slot found = written.get(slot.name());
        if (found == null) {
            throw new InvalidInputException(
                    "slot " + slot.name() + ": expected to be written before " + by + " reads it");
        }
        if (!found.equals(slot)) {
            throw new InvalidInputException("slot " + slot.name() + ": expected width " + found.width() + " but " + by
                    + " expects " + slot.width());
        }
    }

    /** Every slot, inputs first, in the order in which they are written. */
    public Set<Slot> slots() {
        Set<Slot> all = new LinkedHashSet<>(inputs);
        ops.forEach(op -> all.addAll(op.writes()));
        return all;
    }

    /** Every weight and its shape. */
    public Map<String, int[]> weights() {
        Map<String, int[]> all = new LinkedHashMap<>();
        ops.forEach(op -> all.putAll(op.weights()));
        return all;
    }
}
