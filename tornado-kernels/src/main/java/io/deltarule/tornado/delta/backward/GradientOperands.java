package io.deltarule.tornado.delta.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.Term;
import io.deltarule.core.Variant;
import io.deltarule.tornado.delta.DeltaArrays;
import io.deltarule.tornado.delta.InputMap;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * What the launches of one operation's backward pass work on.
 *
 * @param variant which member of the family
 * @param forward its tensors and the state before the run, which is lost; in the places of the read-outs their gradients, that of the
 *     linear one times the scale
 * @param state in: gradient of the final state; out: of the initial one
 * @param gradients of the inputs, by input
 * @param absent arrays in the places of gradients that a variant does not have, each one of its own
 */
public record GradientOperands(
        Variant variant,
        DeltaArrays forward,
        FloatArray state,
        Map<Input, FloatArray> gradients,
        List<FloatArray> absent) {
    private static final int G = 0;
    private static final int ERASE = 1;
    private static final int ERASE_GAIN = 2;
    private static final int ABSENT = 3;

    /**
     * With places for the gradients of all inputs.
     *
     * @param place makes the place of an input's gradient
     * @param absent makes an array in the place of one that is not there
     */
    public static GradientOperands of(
            DeltaShape s,
            Variant variant,
            DeltaArrays forward,
            FloatArray state,
            BiFunction<Input, Input.Axes, FloatArray> place,
            Supplier<FloatArray> absent) {
        Map<Input, FloatArray> gradients = new EnumMap<>(Input.class);
        for (Input input : inputs(s, variant, forward.map())) {
            Input.Axes axes = input.eitherHeads() ? input.axesPerValueHead(s) : input.axes(s);
            gradients.put(input, place.apply(input, axes));
        }
        List<FloatArray> none = new ArrayList<>();
        for (int i = 0; i < ABSENT; i++) {
            none.add(absent.get());
        }
        return new GradientOperands(variant, forward, state, gradients, none);
    }

    /** The inputs that have a gradient, each once. */
    private static List<Input> inputs(DeltaShape s, Variant variant, InputMap map) {
        Term eraseKey = variant.eraseKey();
        Term writeValue = variant.writeValue();
        List<Input> all = new ArrayList<>(List.of(Input.Q, Input.K, Input.V));
        if (s.gateWidth() > 0) {
            all.add(Input.G);
        }
        if (map.ownEraseKey()) {
            all.add(eraseKey.vector());
        }
        all.add(writeValue.gain());
        if (map.erases() && eraseKey.gain() != writeValue.gain()) {
            all.add(eraseKey.gain());
        }
        if (s.crossRead()) {
            all.add(Input.R);
        }
        if (s.logLinear()) {
            all.add(Input.LAMBDA);
        }
        return all;
    }

    /** The gradient of the linear read-out, times the scale: what the read of scale · q would have. */
    FloatArray readGradient() {
        return forward.o();
    }

    /** The gradient of the selective read-out; null without one. */
    FloatArray crossGradient() {
        return forward.oCross();
    }

    FloatArray dq() {
        return gradients.get(Input.Q);
    }

    FloatArray dk() {
        return gradients.get(Input.K);
    }

    FloatArray dv() {
        return gradients.get(Input.V);
    }

    FloatArray dg() {
        return gradients.getOrDefault(Input.G, absent.get(G));
    }

    /** One row per value head, whatever the erase key has. */
    FloatArray dErase() {
        return forward.map().ownEraseKey() ? gradients.get(variant.eraseKey().vector()) : absent.get(ERASE);
    }

    FloatArray dWriteGain() {
        return gradients.get(variant.writeValue().gain());
    }

    FloatArray dEraseGain() {
        Input gain = variant.erases()
                ? variant.eraseKey().gain()
                : variant.writeValue().gain();
        return gain == variant.writeValue().gain() ? absent.get(ERASE_GAIN) : gradients.get(gain);
    }

    /** Null without a selective read. */
    FloatArray dr() {
        return gradients.get(Input.R);
    }

    /** Null for one state. */
    FloatArray dLambda() {
        return gradients.get(Input.LAMBDA);
    }
}
