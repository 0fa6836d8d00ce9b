package io.deltarule.models.inference;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.layer.Weights;
import io.deltarule.models.format.ModelFolder;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A language model as the code that runs it sees it, wherever it came from.
 *
 * @param body from one slot of ids, width 1, to one slot of normed hidden rows
 * @param head from one slot of such rows to one of logits, as wide as the vocabulary; carries nothing
 * @param weights of both; whoever mapped them keeps them alive
 * @param maxPositions most tokens that the model was made for, or 0 where it does not say
 * @param memoryTokens learned tokens before every sequence, which the body takes as the ids after the vocabulary
 * @param stops ids that end a text
 * @param fingerprint tells models apart: equal for equal configuration and weights
 * @param storedNames what a weight is called where it came from, for messages
 */
public record Network(
        LayerProgram body,
        LayerProgram head,
        Weights weights,
        int maxPositions,
        int memoryTokens,
        Set<Integer> stops,
        String fingerprint,
        UnaryOperator<String> storedNames) {
    /** Ids travel as float32 numbers, which are exact up to here. */
    private static final int MOST_IDS = 1 << 24;

    /**
     * Checks that the two parts fit each other.
     *
     * @throws InvalidInputException naming what does not
     */
    public Network {
        stops = Set.copyOf(stops);
        Slot ids = only("body input", body.inputs());
        Slot rows = only("body output", body.outputs());
        Slot read = only("head input", head.inputs());
        Slot logits = only("head output", head.outputs());
        if (ids.width() != 1 || rows.width() != read.width()) {
            throw new InvalidInputException("network: expected one id per token and a head as wide as the body but"
                    + " found widths " + ids.width() + ", " + rows.width() + " and " + read.width());
        }
        if (logits.width() > MOST_IDS) {
            throw new InvalidInputException(
                    "vocabulary: expected at most " + MOST_IDS + " ids but found " + logits.width());
        }
    }

    /** One without memory tokens whose weights have no other names than those in its programs. */
    public Network(
            LayerProgram body,
            LayerProgram head,
            Weights weights,
            int maxPositions,
            Set<Integer> stops,
            String fingerprint) {
        this(body, head, weights, maxPositions, 0, stops, fingerprint, UnaryOperator.identity());
    }

    private static Slot only(String what, List<Slot> slots) {
        if (slots.size() != 1) {
            throw new InvalidInputException("network: expected one " + what + " but found " + slots.size());
        }
        return slots.getFirst();
    }

    /** A published model's. */
    public static Network of(ModelFolder folder) {
        return new Network(
                folder.body(),
                folder.head(),
                folder.weights(),
                folder.info().maxPositions(),
                folder.info().memoryTokens(),
                Set.copyOf(folder.info().eosIds()),
                folder.fingerprint(),
                folder::storedName);
    }

    /**
     * Why numbers were not finite, where a weight is to blame: only then are all weights looked at.
     *
     * @param thrown what a run says, which knows its operands only
     * @return one that names the weight, or else the same
     */
    public NumericException explained(NumericException thrown) {
        return DamagedWeight.of(this)
                .map(weight -> {
                    NumericException named = new NumericException(weight.message());
                    named.initCause(thrown);
                    return named;
                })
                .orElse(thrown);
    }

    /** How many ids there are. */
    public int vocabulary() {
        return head.outputs().getFirst().width();
    }

    /** How wide a hidden row is. */
    public int hidden() {
        return body.outputs().getFirst().width();
    }

    /** Bytes that one sequence carries whatever its length: delta states, convolution tails, angles. */
    public long stateBytes() {
        return new StateLayout(body, 1).fixedBytes();
    }

    /** How many positions a sequence of so many tokens has: the memory tokens have the first ones. */
    int positions(int tokens) {
        return (int) Math.min(Integer.MAX_VALUE, (long) tokens + memoryTokens);
    }

    /** The memory tokens' ids. */
    int[] memoryIds() {
        return IntStream.range(vocabulary(), vocabulary() + memoryTokens).toArray();
    }

    /** Bytes of one sequence's key/value caches after so many tokens. */
    public long cacheBytes(int tokens) {
        int all = positions(tokens);
        return new StateLayout(body, all).cacheBytes(all);
    }

    /**
     * Checks ids before anything is computed.
     *
     * @param what they are, for the message
     * @param ids as they come from a user or a file
     * @throws InvalidInputException naming the first that is none, and its place
     */
    public void checkIds(String what, int... ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabulary()) {
                throw new InvalidInputException(what + ": expected ids from 0 to " + (vocabulary() - 1)
                        + ", this model's vocabulary, but found " + ids[i] + " at place " + i);
            }
        }
    }
}
