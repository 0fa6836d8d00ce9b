package io.deltarule.core.resident;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a {@link ResidentPlan} is made for.
 *
 * @param operations at least one, of one batch, number of tokens and of sequences, and for one device; each run has exactly these lengths
 * @param links which outputs are inputs of later operations; each output and each input at most once
 * @param gradients whether there is a backward pass
 */
public record ResidentSpec(List<PlanSpec> operations, List<ResidentLink> links, boolean gradients) {
    private static final Set<Input> LINKABLE = EnumSet.of(Input.Q, Input.K, Input.V, Input.R, Input.W);

    /**
     * Checks the combination.
     *
     * @throws InvalidInputException naming what does not fit
     */
    public ResidentSpec {
        operations = List.copyOf(operations);
        links = List.copyOf(links);
        if (operations.isEmpty()) {
            throw new InvalidInputException("resident operations: expected at least one but found none");
        }
        PlanSpec first = operations.getFirst();
        if (first.shape().tokens() == 0) {
            throw new InvalidInputException("resident operations: expected at least one token but found none");
        }
        for (PlanSpec each : operations) {
            checkTogether(first, each);
            if (gradients && each.keepsState()) {
                throw new InvalidInputException("gradients: expected operations without a kept state but found one;"
                        + " set the initial state before each run instead");
            }
        }
        Set<Object> used = new HashSet<>();
        for (ResidentLink link : links) {
            check(link, operations);
            if (!used.add(List.of(link.from(), link.output())) || !used.add(List.of(link.to(), link.input()))) {
                throw new InvalidInputException(
                        link + ": expected each output and each input in one link but found a second one");
            }
        }
    }

    /** A single operation forward. */
    public static ResidentSpec of(PlanSpec operation) {
        return new ResidentSpec(List.of(operation), List.of(), false);
    }

    /** The same with one more operation after the others. */
    public ResidentSpec then(PlanSpec operation) {
        List<PlanSpec> more = new ArrayList<>(operations);
        more.add(operation);
        return new ResidentSpec(more, links, gradients);
    }

    /** The same with an output of an operation as an input of a later one. */
    public ResidentSpec link(int from, Output output, int to, Input input) {
        List<ResidentLink> more = new ArrayList<>(links);
        more.add(new ResidentLink(from, output, to, input));
        return new ResidentSpec(operations, more, gradients);
    }

    /** The same with a backward pass. */
    public ResidentSpec withGradients() {
        return new ResidentSpec(operations, links, true);
    }

    private static void checkTogether(PlanSpec first, PlanSpec each) {
        DeltaShape a = first.shape();
        DeltaShape b = each.shape();
        if (a.B() != b.B() || a.T() != b.T() || a.sequences() != b.sequences()) {
            throw new InvalidInputException("resident operations: expected B, T and sequences " + lengths(a)
                    + " of the first for all but found " + lengths(b));
        }
        if (!Objects.equals(first.device(), each.device())) {
            throw new InvalidInputException("resident operations: expected device " + first.device()
                    + " of the first for all but found " + each.device());
        }
    }

    private static String lengths(DeltaShape s) {
        return s.B() + ", " + s.T() + ", " + s.sequences();
    }

    private static void check(ResidentLink link, List<PlanSpec> operations) {
        if (link.from() < 0 || link.from() >= link.to() || link.to() >= operations.size()) {
            throw new InvalidInputException(link + ": expected an operation and a later one of " + operations.size());
        }
        DeltaShape to = operations.get(link.to()).shape();
        if (link.output() == Output.FINAL_STATE || !LINKABLE.contains(link.input())) {
            throw new InvalidInputException(
                    link + ": expected o or o_cross as q, k, v, r or w; other tensors go through the host");
        }
        int[] have = link.output().dims(operations.get(link.from()).shape());
        int[] want = link.input().axes(to).dims(to.B(), to.T());
        if (!Arrays.equals(have, want)) {
            throw new InvalidInputException(
                    link + ": expected " + Arrays.toString(want) + " but found " + Arrays.toString(have));
        }
    }
}
