package io.deltarule.models.segment;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.inference.Network;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network cut before each of its delta rules, so that a sequence can be cut into segments.
 *
 * <p>Over a segment a delta rule does S_out = A S_in + B to its state, where A and B depend on the segment's rows alone: B is what it makes of
 * zeros, and column j of A what it makes of the unit vector j with values of zero. The rows, in turn, depend on the states of the layers below.
 * So the network is computed stage by stage: all segments compute A and B of one delta rule at the same time, these are composed from the first
 * segment to the last, and then all segments go on to the next delta rule.
 *
 * <p>Short convolutions look back over a few tokens. A segment but the first therefore begins {@link #overlap} tokens early, with zeros before
 * them: after a stage's own {@link Stage#reach} its rows are those of the whole sequence, and there its delta rule begins.
 *
 * <p>All of this is exact in real numbers; in float32 it rounds otherwise than token after token.
 */
public final class SegmentedNetwork {
    /**
     * The operations from one delta rule, itself included, to the next.
     *
     * @param program of these operations
     * @param delta the first of them; null for what comes before all delta rules
     * @param reach how many of a segment's first rows are not those of the whole sequence where the delta rule reads them
     * @param passes slots that later stages read and this one neither reads nor writes
     */
    public record Stage(LayerProgram program, SequenceOp.Delta delta, int reach, Set<String> passes) {}

    private final Network network;
    private final List<Stage> stages = new ArrayList<>();
    private final int overlap;

    /**
     * Cuts it.
     *
     * @throws InvalidInputException if the network carries something else than delta states and the last inputs of convolutions
     */
    public SegmentedNetwork(Network network) {
        this.network = network;
        if (network.memoryTokens() > 0) {
            throw refused("memory tokens");
        }
        Map<Slot, Integer> reach = new HashMap<>();
        network.body().inputs().forEach(slot -> reach.put(slot, 0));
        List<List<LayerOp>> parts = new ArrayList<>();
        List<Integer> reaches = new ArrayList<>();
        parts.add(new ArrayList<>());
        reaches.add(0);
        for (LayerOp op : network.body().ops()) {
            int before = op.reads().stream().mapToInt(reach::get).max().orElse(0);
            if (op instanceof SequenceOp.Delta) {
                parts.add(new ArrayList<>());
                reaches.add(before);
            }
            parts.getLast().add(op);
            int after = before + lookBack(op);
            op.writes().forEach(slot -> reach.put(slot, after));
        }
        this.overlap = reach.values().stream().mapToInt(n -> n).max().orElse(0);
        if (parts.size() == 1) {
            throw refused("no delta rule at all");
        }
        for (int i = 0; i < parts.size(); i++) {
            stages.add(stage(parts, i, reaches.get(i)));
        }
    }

    /** How many tokens before it an operation reads. */
    private static int lookBack(LayerOp op) {
        return switch (op) {
            case SequenceOp.Delta delta -> {
                if (delta.shape().levels() > 0) {
                    throw refused("log-linear states");
                }
                yield 0;
            }
            case SequenceOp.ShortConvolution convolution -> convolution.taps() - 1;
            case SequenceOp.DynamicConvolution convolution -> convolution.taps() - 1;
            case SequenceOp.TokenDifference difference -> 1;
            default -> {
                if (!op.carried(2).isEmpty()) {
                    throw refused(
                            op.getClass().getSimpleName() + " (" + op.out().name() + ")");
                }
                yield 0;
            }
        };
    }

    private static InvalidInputException refused(String what) {
        return new InvalidInputException(
                "segments: expected a model whose layers carry delta states and the last inputs of"
                        + " convolutions only but found " + what + "; read the text as one sequence");
    }

    private Stage stage(List<List<LayerOp>> parts, int index, int reach) {
        List<LayerOp> ops = parts.get(index);
        Set<Slot> written = new LinkedHashSet<>();
        Set<Slot> read = new LinkedHashSet<>();
        for (LayerOp op : ops) {
            op.reads().stream().filter(slot -> !written.contains(slot)).forEach(read::add);
            written.addAll(op.writes());
        }
        Set<Slot> later = new HashSet<>(network.body().outputs());
        parts.subList(index + 1, parts.size()).forEach(part -> part.forEach(op -> later.addAll(op.reads())));
        Set<String> passes = new HashSet<>();
        later.stream().filter(slot -> !written.contains(slot)).forEach(slot -> passes.add(slot.name()));
        List<Slot> outputs = written.stream().filter(later::contains).toList();
        SequenceOp.Delta delta = index == 0 ? null : (SequenceOp.Delta) ops.getFirst();
        return new Stage(new LayerProgram(List.copyOf(read), outputs, ops), delta, reach, passes);
    }

    /** What it was cut from. */
    public Network network() {
        return network;
    }

    /** What comes before all delta rules, then a stage for each of them. */
    public List<Stage> stages() {
        return List.copyOf(stages);
    }

    /** How many tokens of the segment before a segment begins with. */
    public int overlap() {
        return overlap;
    }

    /** Most bytes of rows that a segment has for each of its tokens: those that a stage reads or passes on, and those that it makes. */
    public long bytesPerToken() {
        Map<String, Integer> there = new HashMap<>();
        network.body().inputs().forEach(slot -> there.put(slot.name(), slot.width()));
        long most = 0;
        for (Stage stage : stages) {
            List<Slot> made = stage.program().outputs();
            long before = there.values().stream().mapToLong(n -> n).sum();
            most = Math.max(
                    most,
                    Float.BYTES * (before + made.stream().mapToLong(Slot::width).sum()));
            there.keySet().retainAll(stage.passes());
            made.forEach(slot -> there.put(slot.name(), slot.width()));
        }
        return most;
    }

    /**
     * Where segments begin that are of equal length but for one token.
     *
     * @return count + 1 places, the last of them the end
     * @throws InvalidInputException if they would not be longer than the overlap
     */
    public int[] cuts(int tokens, int count) {
        if (tokens < 1) {
            throw new InvalidInputException("segments: expected at least one token but found none; give a longer text");
        }
        if (count < 1 || (count > 1 && tokens / count <= overlap)) {
            throw new InvalidInputException("segments: expected at least 1, each of more than " + overlap
                    + " tokens, over which this model's convolutions look back, but found " + count + " for " + tokens
                    + " tokens; take fewer");
        }
        int[] cuts = new int[count + 1];
        for (int i = 0; i <= count; i++) {
            cuts[i] = (int) ((long) tokens * i / count);
        }
        return cuts;
    }
}
