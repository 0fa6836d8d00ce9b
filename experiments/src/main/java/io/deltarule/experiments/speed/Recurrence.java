package io.deltarule.experiments.speed;

import io.deltarule.bench.prepared.PreparedOperation;
import io.deltarule.bench.workload.Workload;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.Variant;

/**
 * A contender of {@link LevelCost}: an operation with one state, or the same with log-linear ones.
 *
 * @param variant with a decay per head
 * @param levels L, or 0 for one state
 */
record Recurrence(Variant variant, int levels) {
    String words() {
        return variant.id() + (levels > 0 ? " with lambda" : "");
    }

    /** All tokens in chunks. */
    PreparedOperation prefill(DeltaEngine engine, int heads, int D, int T) {
        return PreparedOperation.single(Workload.prefill("levels", engine, null, variant, shape(heads, D, T)));
    }

    /** One token after the other, from the first on. */
    PreparedOperation decode(DeltaEngine engine, int heads, int D) {
        return PreparedOperation.single(Workload.decode("levels", engine, null, variant, shape(heads, D, 1)));
    }

    private DeltaShape shape(int heads, int D, int T) {
        return new DeltaShape(1, T, heads, heads, D, D, 1, 1, Gate.SCALAR).withLevels(levels);
    }
}
