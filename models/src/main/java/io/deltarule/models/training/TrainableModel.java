package io.deltarule.models.training;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.models.format.ModelDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A model as training sees it: one program from ids and labels to a loss per token, and what its weights are for. */
public final class TrainableModel {
    /** How a block's slots begin, whatever stands before. */
    private static final Pattern BLOCK = Pattern.compile("(?:^|\\.)layers\\.(\\d+)\\.");

    private final ModelDefinition definition;
    private final LayerProgram loss;
    private final Map<String, WeightRole> roles;

    private TrainableModel(ModelDefinition definition, LayerProgram loss) {
        this.definition = definition;
        this.loss = loss;
        this.roles = new LinkedHashMap<>();
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
        LayerProgram body = definition.body();
        LayerOp last = definition.head().ops().getLast();
        if (!(last instanceof MatrixOp.Linear head) || definition.head().ops().size() != 1) {
            throw new InvalidInputException(
                    "model: expected a head that is one projection but found " + definition.head());
        }
        Slot labels = new Slot("labels", 1);
        Slot out = new Slot("loss", 1);
        List<LayerOp> ops = new ArrayList<>(body.ops());
        ops.add(new MatrixOp.CrossEntropy(
                head.in(), labels, out, head.weight(), head.bias(), head.out().width()));
        List<Slot> inputs = new ArrayList<>(body.inputs());
        inputs.add(labels);
        return new TrainableModel(definition, new LayerProgram(inputs, List.of(out), ops));
    }

    /** Its programs without a loss, its sizes, and how it is written. */
    public ModelDefinition definition() {
        return definition;
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
            Matcher block = BLOCK.matcher(loss.ops().get(i).out().name());
            String now = block.find() ? block.group(1) : null;
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
