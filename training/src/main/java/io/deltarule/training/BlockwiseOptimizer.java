package io.deltarule.training;

import io.deltarule.core.training.ParameterArena;
import io.deltarule.core.training.ParameterLayout;
import io.deltarule.training.ArenaPieces.Piece;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * An optimiser that treats each number by itself: threads walk over the arenas in short blocks, which stay in a processor's nearest
 * cache as arrays, and the formula is left to a {@link Rule}.
 */
public abstract class BlockwiseOptimizer implements Optimizer {
    private final List<Piece> pieces;
    private final Predicate<String> decayed;
    private final Map<String, ParameterArena> state = new LinkedHashMap<>();

    /** One step's formula, with this step's learning rate in it. Called by several threads at once, for other numbers each. */
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
        this.pieces = ArenaPieces.of(layout);
        this.decayed = decayed;
        for (String name : names) {
            state.put(name, new ParameterArena(layout));
        }
    }

    /** The formula of one step, whose number counts from 1. */
    protected abstract Rule rule(double learningRate, long step);

    @Override
    public final void update(ParameterArena w, ParameterArena g, double learningRate, long step) {
        Rule rule = rule(learningRate, step);
        List<ParameterArena> kept = new ArrayList<>(state.values());
        pieces.parallelStream().forEach(piece -> update(piece, w, g, kept, rule));
    }

    private void update(Piece piece, ParameterArena w, ParameterArena g, List<ParameterArena> kept, Rule rule) {
        boolean decays = decayed.test(piece.entry().name());
        float[] weights = new float[ArenaPieces.BLOCK];
        float[] gradients = new float[ArenaPieces.BLOCK];
        float[][] remembered = new float[kept.size()][ArenaPieces.BLOCK];
        for (long at = piece.from(); at < piece.end(); at += ArenaPieces.BLOCK) {
            int count = ArenaPieces.count(piece, at);
            ArenaPieces.read(w, at, weights, count);
            ArenaPieces.read(g, at, gradients, count);
            for (int i = 0; i < remembered.length; i++) {
                ArenaPieces.read(kept.get(i), at, remembered[i], count);
            }
            rule.apply(weights, gradients, remembered, count, decays);
            ArenaPieces.write(weights, w, at, count);
            for (int i = 0; i < remembered.length; i++) {
                ArenaPieces.write(remembered[i], kept.get(i), at, count);
            }
        }
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
