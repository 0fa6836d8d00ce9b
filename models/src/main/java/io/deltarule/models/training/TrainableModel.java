package io.deltarule.models.training;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.format.ModelDefinition;
import io.deltarule.models.format.weights.TensorNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A model as training sees it: one program from ids and labels to a loss per token, and what its weights are for. */
public final class TrainableModel {
    /** How a block's slots begin, whatever stands before. */
    private static final Pattern BLOCK = Pattern.compile("(?:^|\\.)layers\\.(\\d+)\\.");

    private final ModelDefinition definition; // null for programs of no format
    private final LayerProgram body;
    private final LayerProgram head;
    private final LayerProgram loss;
    private final Map<String, WeightRole> roles;

    private TrainableModel(ModelDefinition definition, LayerProgram body, LayerProgram head) {
        this.definition = definition;
        this.body = body;
        this.loss = withLoss(body, head);
        MatrixOp.Linear projection = (MatrixOp.Linear) head.ops().getFirst();
        this.head = new LayerProgram(head.inputs(), List.of(projection.out()), List.of(projection));
        this.roles = new LinkedHashMap<>();
        if (head.ops().size() > 1) {
            checkUntied(definition);
            roles.put(projection.weight(), WeightRole.UNIT_ROWS);
        }
        for (LayerOp op : loss.ops()) {
            // a tied embedding is first of all an embedding
            op.weights().keySet().forEach(weight -> roles.putIfAbsent(weight, WeightRole.of(op, weight)));
        }
    }

    /**
     * Of a config.
     *
     * @param config the whole config.json, as {@link io.deltarule.models.format.ModelTemplates} make them
     * @throws InvalidInputException if the config is none that is supported
     */
    public static TrainableModel of(String config) {
        return of(ModelDefinition.of(config));
    }

    /** Of a definition. */
    public static TrainableModel of(ModelDefinition definition) {
        return new TrainableModel(definition, definition.body(), definition.head());
    }

    /**
     * Of programs that belong to no format: they can be trained and evaluated, and not be saved.
     *
     * @param body from slot ids, width 1, to one slot of rows
     * @param head from that slot to logits by one projection
     * @throws InvalidInputException if the head is something else
     */
    public static TrainableModel of(LayerProgram body, LayerProgram head) {
        return new TrainableModel(null, body, head);
    }

    /** Rows that are kept at length 1 cannot be the embedding's, which are not. */
    private static void checkUntied(ModelDefinition definition) {
        if (definition != null && definition.info().tiedEmbeddings()) {
            throw new InvalidInputException("tie_word_embeddings: expected false to train a model whose logits are"
                    + " divided by the lengths of the head's rows but found true; set it to false");
        }
    }

    private static LayerProgram withLoss(LayerProgram body, LayerProgram head) {
        boolean plain = head.ops().size() == 1;
        boolean overLengths = head.ops().size() == 2
                && head.ops().getLast() instanceof ElementwiseOp.Scale scale
                && scale.weight().equals(TensorNames.INVERSE_LENGTHS);
        if (!(head.ops().getFirst() instanceof MatrixOp.Linear projection) || !(plain || overLengths)) {
            throw new InvalidInputException("model: expected a head that is one projection but found " + head.ops());
        }
        Slot labels = new Slot("labels", 1);
        Slot out = new Slot("loss", 1);
        List<LayerOp> ops = new ArrayList<>(body.ops());
        ops.add(new MatrixOp.CrossEntropy(
                projection.in(),
                labels,
                out,
                projection.weight(),
                projection.bias(),
                projection.out().width()));
        List<Slot> inputs = new ArrayList<>(body.inputs());
        inputs.add(labels);
        return new LayerProgram(inputs, List.of(out), ops);
    }

    /** How it is written, where it is of a published format. */
    public Optional<ModelDefinition> definition() {
        return Optional.ofNullable(definition);
    }

    /** From slot {@code ids} to the rows h. */
    public LayerProgram body() {
        return body;
    }

    /** From the rows h to logits: one projection, also where logits are divided by its rows' lengths, which training keeps at 1. */
    public LayerProgram head() {
        return head;
    }

    /** How many classes there are. */
    public int vocabulary() {
        return head.outputs().getFirst().width();
    }

    /** The ids of the memory tokens that stand before every sequence, mostly none; they have no labels. */
    public int[] memoryIds() {
        int count = definition == null ? 0 : definition.info().memoryTokens();
        return IntStream.range(vocabulary(), vocabulary() + count).toArray();
    }

    /** How many blocks there are. */
    public int blocks() {
        return (int) loss.ops().stream()
                .map(TrainableModel::block)
                .filter(Objects::nonNull)
                .distinct()
                .count();
    }

    private static String block(LayerOp op) {
        Matcher block = BLOCK.matcher(op.out().name());
        return block.find() ? block.group(1) : null;
    }

    /** Whether the head multiplies by the embedding. */
    public boolean isTied() {
        return body.ops().stream()
                .anyMatch(op ->
                        op instanceof MatrixOp.Embedding e && head.weights().containsKey(e.table()));
    }

    /** From slots {@code ids} and {@code labels} to slot {@code loss}, one number per token; a label of −1 does not count. */
    public LayerProgram loss() {
        return loss;
    }

    /**
     * The operations that each block but the first begins with: cuts, of which a plan remembers what crosses them and runs what
     * lies between again.
     */
    public List<Integer> blockBeginnings() {
        List<Integer> beginnings = new ArrayList<>();
        String before = null;
        for (int i = 0; i < loss.ops().size(); i++) {
            String now = block(loss.ops().get(i));
            if (now != null && before != null && !now.equals(before)) {
                beginnings.add(i);
            }
            before = now == null ? before : now;
        }
        return beginnings;
    }

    /** What each weight is for, in the program's order. */
    public Map<String, WeightRole> roles() {
        return new LinkedHashMap<>(roles);
    }

    /**
     * What a weight is for.
     *
     * @throws InvalidInputException if there is none of that name
     */
    public WeightRole role(String weight) {
        WeightRole role = roles.get(weight);
        if (role == null) {
            throw new InvalidInputException("weight " + weight + ": expected one of " + roles.keySet());
        }
        return role;
    }

    /** How many numbers its weights have. */
    public long parameters() {
        return loss.weights().values().stream()
                .mapToLong(dims -> {
                    long count = 1;
                    for (int d : dims) {
                        count *= d;
                    }
                    return count;
                })
                .sum();
    }
}
