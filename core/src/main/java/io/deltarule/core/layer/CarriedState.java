package io.deltarule.core.layer;

import java.util.ArrayList;
import java.util.List;

/**
 * What a program carries from run to run, in the order of its operations; every engine saves it in this layout, so that
 * one can continue what another began.
 *
 * <pre>
 *   short convolution   [N, taps − 1, width]            its last inputs, oldest first; nothing for one tap
 *   delta               [N, HV, K, V]                   the state
 *   selective rotary    [N, 2, heads · rotary/2]        Φ as a float32 number and the rest that it lacks
 *   attention           [N, kvHeads, rows, head]        keys: the token at position s lies in row s mod rows
 *                       [N, kvHeads, rows, value]       values, likewise
 * </pre>
 *
 * rows is the most tokens a sequence may have, or the window where that is less; rows not yet filled are zero.
 */
public final class CarriedState {
    private CarriedState() {}

    /** The shapes of everything that is carried, empty for a program that carries nothing. */
    public static List<int[]> shapes(LayerSpec spec) {
        List<int[]> shapes = new ArrayList<>();
        for (LayerOp op : spec.program().ops()) {
            shapes.addAll(shapes(op, spec.sequences(), spec.maxContext()));
        }
        return shapes;
    }

    /** The shapes of what one operation carries. */
    public static List<int[]> shapes(LayerOp op, int sequences, int maxContext) {
        return switch (op) {
            case SequenceOp.ShortConvolution c
            when c.taps() > 1 -> List.of(new int[] {sequences, c.taps() - 1, c.in().width()});
            case SequenceOp.Delta d ->
                List.of(new int[] {
                    sequences, d.shape().HV(), d.shape().K(), d.shape().V()
                });
            case PositionOp.SelectiveRotary r ->
                List.of(new int[] {sequences, 2, r.angles().width()});
            case SequenceOp.Attention a -> {
                int rows = cacheRows(a, maxContext);
                yield List.of(
                        new int[] {sequences, a.kvHeads(), rows, a.k().width() / a.kvHeads()},
                        new int[] {sequences, a.kvHeads(), rows, a.v().width() / a.kvHeads()});
            }
            default -> List.of();
        };
    }

    /** How many tokens' keys and values an attention keeps. */
    public static int cacheRows(SequenceOp.Attention op, int maxContext) {
        return op.window() == 0 ? maxContext : Math.min(op.window(), maxContext);
    }
}
