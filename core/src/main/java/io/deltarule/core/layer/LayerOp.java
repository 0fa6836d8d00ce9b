package io.deltarule.core.layer;

import java.util.List;
import java.util.Map;

/**
 * One operation of a layer. x_t is a slot's row of token t; weights are named tensors of the program's {@link Weights}.
 *
 * <p>Each has a float64 reference and one implementation per engine, all of them written from the equation given with it.
 * Operations are records, gathered by kind in the interfaces below, so that a switch over operations that leaves one out
 * does not compile.
 */
public sealed interface LayerOp permits MatrixOp, NormOp, ElementwiseOp, ChannelOp, PositionOp, SequenceOp {
    /** The slots it reads. */
    List<Slot> reads();

    /** The slot it writes, or the first of them. */
    Slot out();

    /** The slots it writes, each of them entirely. */
    default List<Slot> writes() {
        return List.of(out());
    }

    /** The weights it uses and their shapes. */
    default Map<String, int[]> weights() {
        return Map.of();
    }

    /**
     * What it carries from run to run for each sequence, empty where that is nothing. Every engine saves it in this layout,
     * so that one can continue what another began.
     *
     * @param maxContext most tokens that a sequence may have in all
     */
    List<Carried> carried(int maxContext);
}
