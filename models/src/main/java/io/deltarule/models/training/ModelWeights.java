package io.deltarule.models.training;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.Weights;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A model's numbers while they are trained: in one arena those that are, in another one those that stay. */
public final class ModelWeights implements AutoCloseable {
    private final ParameterArena trained;
    private final ParameterArena frozen;
    private final List<String> unitRows;

    /**
     * Zeros, which are the caller's to fill and to close.
     *
     * @param wanted which weights are trained, of those that have a gradient
     * @throws InvalidInputException if none is
     */
    public ModelWeights(TrainableModel model, Predicate<String> wanted) {
        Map<String, int[]> all = new LinkedHashMap<>(model.loss().weights());
        Map<String, int[]> rest = new LinkedHashMap<>(all);
        all.keySet().removeIf(name -> !model.role(name).trainable() || !wanted.test(name));
        rest.keySet().removeAll(all.keySet());
        if (all.isEmpty()) {
            throw new InvalidInputException("trained: expected at least one weight but all are frozen");
        }
        trained = new ParameterArena(new ParameterLayout(all));
        frozen = new ParameterArena(new ParameterLayout(rest));
        unitRows = model.roles().entrySet().stream()
                .filter(role -> role.getValue() == WeightRole.UNIT_ROWS)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Those that are trained. */
    public ParameterArena trained() {
        return trained;
    }

    /** Those that stay as they are. */
    public ParameterArena frozen() {
        return frozen;
    }

    /** Sets all of them. */
    public void initialise(TrainableModel model, InitialWeights numbers) {
        numbers.fill(model, trained);
        numbers.fill(model, frozen);
        keepUnitRows();
    }

    /** Takes over all numbers of weights of the same names. */
    public void copyFrom(Weights weights) {
        trained.copyFrom(weights);
        frozen.copyFrom(weights);
        keepUnitRows();
    }

    /** Whether some rows have to keep length 1. */
    public boolean hasUnitRows() {
        return !unitRows.isEmpty();
    }

    /** Divides rows that have to keep length 1 by their lengths; after every change of weights. */
    public void keepUnitRows() {
        for (String name : unitRows) {
            UnitRows.project((trained.layout().contains(name) ? trained : frozen).tensor(name));
        }
    }

    /** All of them, as views: a plan sees every later change. */
    public Weights weights() {
        return trained.weights(frozen.weights(new Weights(Map.of())));
    }

    @Override
    public void close() {
        trained.close();
        frozen.close();
    }
}
