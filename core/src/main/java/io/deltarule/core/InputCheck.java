package io.deltarule.core;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks {@link DeltaInputs} against a variant and derives the shape; every message names tensor, expected, found. */
final class InputCheck {
    private final Variant variant;
    private final DeltaInputs in;

    InputCheck(Variant variant, DeltaInputs in) {
        this.variant = variant;
        this.in = in;
    }

    DeltaShape shape() {
        requireTensors();
        Tensor q = ranked(Input.Q, 4, "[B, T, H, K]");
        Tensor v = ranked(Input.V, 4, "[B, T·n, HV, V]");
        int n = in.householders();
        if (n < 1 || (n > 1 && !variant.manyHouseholders())) {
            throw new InvalidInputException("householders: expected "
                    + (variant.manyHouseholders() ? "at least 1" : "1") + " for " + variant.id() + " but found " + n);
        }
        DeltaShape shape = new DeltaShape(
                q.dim(0),
                q.dim(1),
                q.dim(2),
                v.dim(2),
                q.dim(3),
                v.dim(3),
                n,
                sequences(q),
                gate(q, v),
                in.get(Input.R) != null,
                levels());
        for (Input input : in.tensors().keySet()) {
            if (input != Input.Q && input != Input.G) { // which gave the lengths
                expect(input, shape);
            }
        }
        Tensor initial = in.initialState();
        if (initial != null && !shape.state().fits(initial)) {
            throw mismatch(
                    "initial_state",
                    initial,
                    "one [K, V] state per sequence and value head",
                    shape.state().dims());
        }
        checkBoundaries(shape);
        if (shape.logLinear()) {
            if (initial != null) {
                throw new InvalidInputException("initial_state: expected none beside lambda but found " + initial
                        + "; log-linear states begin at zero, or are kept in a plan with their positions");
            }
            int[] ends = in.boundaries(shape);
            for (int i = 1; i < ends.length; i++) {
                Levels.require(shape.levels(), ends[i] - ends[i - 1]);
            }
        }
        return shape;
    }

    private int levels() {
        if (in.get(Input.LAMBDA) == null) {
            return 0;
        }
        int levels = ranked(Input.LAMBDA, 4, "[B, T, HV, L]").dim(3);
        if (levels < 1) {
            throw new InvalidInputException(
                    "lambda: expected at least one level in its last axis but found " + in.get(Input.LAMBDA));
        }
        return levels;
    }

    private void requireTensors() {
        Set<Input> missing = EnumSet.copyOf(variant.inputs());
        missing.removeAll(in.tensors().keySet());
        if (!missing.isEmpty()) {
            throw new InvalidInputException(
                    variant.id() + ": expected the tensors " + names(variant.inputs()) + " but " + names(missing)
                            + " is missing; found " + names(in.tensors().keySet()));
        }
        Set<Input> extra = EnumSet.noneOf(Input.class);
        extra.addAll(in.tensors().keySet());
        extra.removeAll(variant.inputs());
        extra.remove(Input.G);
        extra.remove(Input.R);
        extra.remove(Input.LAMBDA);
        if (!extra.isEmpty()) {
            throw new InvalidInputException(variant.id() + ": expected the tensors " + names(variant.inputs())
                    + " and has no use for " + names(extra) + "; leave it out or name the variant that reads it");
        }
    }

    private static String names(Set<Input> inputs) {
        return inputs.stream().map(Input::id).collect(Collectors.joining(", "));
    }

    private Gate gate(Tensor q, Tensor v) {
        Tensor g = in.get(Input.G);
        Gate gate;
        if (g == null) {
            gate = Gate.NONE;
        } else if (g.hasDims(q.dim(0), q.dim(1), v.dim(2))) {
            gate = Gate.SCALAR;
        } else if (g.hasDims(q.dim(0), q.dim(1), v.dim(2), q.dim(3))) {
            gate = Gate.CHANNEL;
        } else {
            throw new InvalidInputException("g: expected [B=" + q.dim(0) + ", T=" + q.dim(1) + ", HV=" + v.dim(2)
                    + "] or [B=" + q.dim(0) + ", T=" + q.dim(1) + ", HV=" + v.dim(2) + ", K=" + q.dim(3)
                    + "] but found " + g + "; B, T, K are taken from q, HV from v");
        }
        if (!variant.gates().contains(gate)) {
            throw new InvalidInputException("g: " + variant.id() + " expects a gate of "
                    + variant.gates().stream().map(Gate::id).collect(Collectors.joining(" or ")) + " but found "
                    + (g == null ? "no g" : gate.id() + " " + g));
        }
        return gate;
    }

    private int sequences(Tensor q) {
        int[] ends = in.cuSeqlens();
        if (ends == null) {
            return q.dim(0);
        }
        if (q.dim(0) != 1) {
            throw new InvalidInputException(
                    "cu_seqlens: expected B = 1 in a packed batch but q is " + q + "; pack the rows along T");
        }
        if (ends.length < 1) {
            throw new InvalidInputException("cu_seqlens: expected N + 1 boundaries beginning with 0 but found none");
        }
        return ends.length - 1;
    }

    private void checkBoundaries(DeltaShape shape) {
        int[] ends = in.cuSeqlens();
        if (ends == null) {
            return;
        }
        if (ends[0] != 0 || ends[ends.length - 1] != shape.T()) {
            throw new InvalidInputException("cu_seqlens: expected to run from 0 to T=" + shape.T() + " but found "
                    + ends[0] + " to " + ends[ends.length - 1]);
        }
        for (int i = 1; i < ends.length; i++) {
            if (ends[i] < ends[i - 1]) {
                throw new InvalidInputException("cu_seqlens: expected boundaries that do not fall but found "
                        + ends[i - 1] + " then " + ends[i] + " at index " + i);
            }
        }
    }

    private Tensor ranked(Input input, int rank, String axes) {
        Tensor tensor = in.get(input);
        if (tensor.rank() != rank) {
            throw new InvalidInputException(
                    input.id() + ": expected " + rank + " axes " + axes + " but found " + tensor);
        }
        return tensor;
    }

    private void expect(Input input, DeltaShape shape) {
        int[] dims = input.axes(shape).dims(shape.B(), shape.T());
        if (!in.get(input).hasDims(dims) && !fitsPerValueHead(input, shape)) {
            throw mismatch(input.id(), in.get(input), "its lengths follow from " + lengthsOf(input, shape), dims);
        }
    }

    private boolean fitsPerValueHead(Input input, DeltaShape shape) {
        return input.eitherHeads()
                && in.get(input).hasDims(input.axesPerValueHead(shape).dims(shape.B(), shape.T()));
    }

    /** Which tensors an input's lengths are taken from. */
    private static String lengthsOf(Input input, DeltaShape shape) {
        return switch (input) {
            case K, V -> shape.householders() > 1 ? "q and householders=" + shape.householders() : "q";
            case BETA -> "k and v";
            case P, B -> "k";
            case W -> "v";
            case Q, G, R, LAMBDA -> "q and v";
        };
    }

    private static InvalidInputException mismatch(String name, Tensor found, String why, int... dims) {
        return new InvalidInputException(
                name + ": expected " + Arrays.toString(dims) + " but found " + found + "; " + why);
    }
}
