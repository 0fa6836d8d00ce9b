package io.deltarule.experiments;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.InvalidInputException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * Under what an experiment runs.
 *
 * @param engines what computes; more than one for those that compare engines
 * @param firstSeed the first of the seeds, which follow each other
 * @param seeds how many
 * @param progress told what is being done
 */
public record Conditions(List<DeltaEngine> engines, long firstSeed, int seeds, Consumer<String> progress) {
    private static final int MOST_SEEDS = 1000;

    /**
     * Checks the number of seeds.
     *
     * @throws InvalidInputException if it is not from 1 to 1000
     */
    public Conditions {
        engines = List.copyOf(engines);
        if (seeds < 1 || seeds > MOST_SEEDS) {
            throw new InvalidInputException("--seeds: expected 1 to " + MOST_SEEDS + " but found " + seeds);
        }
    }

    /** The only engine, or the first. */
    public DeltaEngine engine() {
        return engines.getFirst();
    }

    /** Every seed, in order. */
    public List<Long> everySeed() {
        return LongStream.range(0, seeds).mapToObj(i -> firstSeed + i).toList();
    }
}
