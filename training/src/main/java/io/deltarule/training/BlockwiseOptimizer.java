package io.deltarule.training;

import io.deltarule.core.Tensor;
import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * An optimiser that treats each number by itself: it walks over the arenas in short blocks, which stay in the processor's
 * nearest cache as arrays, and leaves the formula to a {@link Rule}.
 */
public abstract class BlockwiseOptimizer implements Optimizer {
    /** Numbers per block: five arrays of them fit a cache of 48 KiB. */
    private static final int BLOCK = 2048;

    private final ParameterLayout layout;
    private final Predicate<String> decayed;
    private final Map<String, ParameterArena> state = new LinkedHashMap<>();
    private final float[] weights = new float[BLOCK];
    private final float[] gradients = new float[BLOCK];
    private final float[][] remembered;

    /** One step's formula, with this step's learning rate in it. */
    @FunctionalInterface
    public interface Rule {
        /**
         * Changes some weights and what is remembered of them.
         *
         * @param w weights
         * @param g their gradients
         * @param state an array for each name that the optimiser was made with, in this order
         * @param count how many numbers there are
         * @param decays whether weight decay acts on them
         */
        void apply(float[] w, float[] g, float[][] state, int count, boolean decays);
    }

    /**
     * With zeros to remember.
     *
     * @param layout of what is trained
     * @param decayed on which weights decay acts
     * @param names of what is remembered of each number
     */
    protected BlockwiseOptimizer(ParameterLayout layout, Predicate<String> decayed, String... names) {
        this.layout = layout;
        this.decayed = decayed;
        for (String name : names) {
            state.put(name, new ParameterArena(layout));
        }
        remembered = new float[names.length][BLOCK];
    }

    /** The formula of one step, whose number counts from 1. */
    protected abstract Rule rule(double learningRate, long step);

    @Override
    public final void update(ParameterArena w, ParameterArena g, double learningRate, long step) {
        Rule rule = rule(learningRate, step);
        List<ParameterArena> kept = new ArrayList<>(state.values());
        for (ParameterLayout.Entry entry : layout.entries()) {
            boolean decays = decayed.test(entry.name());
            for (long at = 0; at < entry.size(); at += BLOCK) {
                int count = (int) Math.min(BLOCK, entry.size() - at);
                long place = (entry.offset() + at) * Float.BYTES;
                read(w, place, weights, count);
                read(g, place, gradients, count);
                for (int i = 0; i < remembered.length; i++) {
                    read(kept.get(i), place, remembered[i], count);
                }
                rule.apply(weights, gradients, remembered, count, decays);
                write(weights, w, place, count);
                for (int i = 0; i < remembered.length; i++) {
                    write(remembered[i], kept.get(i), place, count);
                }
            }
        }
    }

    private static void read(ParameterArena from, long place, float[] to, int count) {
        MemorySegment.copy(from.data(), Tensor.FLOAT, place, to, 0, count);
    }

    private static void write(float[] from, ParameterArena to, long place, int count) {
        MemorySegment.copy(from, 0, to.data(), Tensor.FLOAT, place, count);
    }

    @Override
    public final Map<String, ParameterArena> state() {
        return new LinkedHashMap<>(state);
    }

    @Override
    public final void close() {
        state.values().forEach(ParameterArena::close);
    }
}
