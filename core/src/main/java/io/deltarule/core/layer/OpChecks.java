package io.deltarule.core.layer;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Variant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the operations' constructors check. */
final class OpChecks {
    private OpChecks() {}

    static void sameWidth(String op, Slot a, Slot b) {
        if (a.width() != b.width()) {
            throw new InvalidInputException(op + ": expected slots of the same width but " + a.name() + " has "
                    + a.width() + " and " + b.name() + " has " + b.width());
        }
    }

    static void width(String what, Slot slot, int expected) {
        if (slot.width() != expected) {
            throw new InvalidInputException(
                    what + ": expected slot " + slot.name() + " to be " + expected + " wide but found " + slot.width());
        }
    }

    static void divides(String what, int divisor, Slot slot) {
        if (divisor < 1 || slot.width() % divisor != 0) {
            throw new InvalidInputException(what + ": expected a divisor of slot " + slot.name() + "'s width "
                    + slot.width() + " but found " + divisor);
        }
    }

    static void evenUpTo(String what, int found, int most) {
        if (found < 2 || found % 2 != 0 || found > most) {
            throw new InvalidInputException(
                    what + ": expected an even number from 2 to " + most + " but found " + found);
        }
    }

    static void atLeast(String what, int found, int least) {
        if (found < least) {
            throw new InvalidInputException(what + ": expected at least " + least + " but found " + found);
        }
    }

    static void atMost(String what, int found, int most) {
        if (found > most) {
            throw new InvalidInputException(what + ": expected at most " + most + " but found " + found);
        }
    }

    static void finite(String what, double found) {
        if (!Double.isFinite(found)) {
            throw new InvalidInputException(what + ": expected a finite number but found " + found);
        }
    }

    static void limit(String what, double found) {
        if (!(found > 0)) {
            throw new InvalidInputException(
                    what + ": expected a number above 0, or infinity for none, but found " + found);
        }
    }

    static List<Slot> present(Slot... slots) {
        List<Slot> present = new ArrayList<>();
        for (Slot slot : slots) {
            if (slot != null) {
                present.add(slot);
            }
        }
        return present;
    }

    static Map<String, int[]> weights(String first, int[] firstDims, String second, int[] secondDims) {
        Map<String, int[]> weights = new LinkedHashMap<>();
        weights.put(first, firstDims);
        if (second != null) {
            int[] before = weights.putIfAbsent(second, secondDims);
            if (before != null && !Arrays.equals(before, secondDims)) {
                throw new InvalidInputException("weight " + second + ": expected one shape but it is used as "
                        + Arrays.toString(firstDims) + " and as " + Arrays.toString(secondDims));
            }
        }
        return weights;
    }

    static void checkDelta(Variant variant, DeltaShape s, Map<Input, Slot> inputs, Slot o, Slot oCross) {
        Set<Input> expected = EnumSet.noneOf(Input.class);
        expected.addAll(variant.inputs());
        if (s.gate() != Gate.NONE) {
            expected.add(Input.G);
        }
        if (s.crossRead()) {
            expected.add(Input.R);
        }
        if (s.logLinear()) {
            expected.add(Input.LAMBDA);
        }
        if (!inputs.keySet().equals(expected)) {
            throw new InvalidInputException(
                    "delta: " + variant.id() + " expects slots for " + expected + " but found " + inputs.keySet());
        }
        if (!variant.gates().contains(s.gate())) {
            throw new InvalidInputException("delta: " + variant.id() + " is not defined for gate "
                    + s.gate().id());
        }
        if ((oCross != null) != s.crossRead()) {
            throw new InvalidInputException(
                    "delta: expected a slot for the selective read-out exactly when there are read queries");
        }
        inputs.forEach((input, slot) -> width(
                "delta: " + input.id(), slot, input.axesOfWidth(s, slot.width()).width()));
        width("delta: o", o, s.HV() * s.V());
        if (oCross != null) {
            width("delta: o_cross", oCross, s.HV() * s.V());
        }
    }
}
