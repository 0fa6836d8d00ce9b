package io.deltarule.core.layer;

import java.util.List;
import java.util.Map;

/** Rotations of a token's channels, by its position or by angles that add up along the sequence. */
public sealed interface PositionOp extends LayerOp {
    /**
     * Rotary position embedding of each head's first {@code rotary} channels; channel i is paired with i + rotary/2.
     *
     * <pre>
     *   φ_i = position · theta^(−2i/rotary), i &lt; rotary/2
     *   (x_i, x_{i+rotary/2}) ← (x_i cos φ_i − x_{i+rotary/2} sin φ_i,  x_{i+rotary/2} cos φ_i + x_i sin φ_i)
     * </pre>
     *
     * Positions count a sequence's tokens from 0 and are carried.
     *
     * @param in x
     * @param out y, as wide
     * @param head channels per head
     * @param rotary how many of them turn, even; the rest pass
     * @param theta the base
     */
    record Rotary(Slot in, Slot out, int head, int rotary, double theta) implements PositionOp {
        /** Checks the sizes. */
        public Rotary {
            OpChecks.sameWidth("rotary", in, out);
            OpChecks.divides("rotary: head", head, in);
            OpChecks.evenUpTo("rotary: channels", rotary, head);
        }

        @Override
        public List<Slot> reads() {
            return List.of(in);
        }

        @Override
        public List<Carried> carried(int maxContext) {
            return List.of();
        }
    }

    /**
     * Selective RoPE: rotation by angles that depend on the input and accumulate over time; the sum is carried.
     *
     * <pre>  Φ_t = Φ_{t-1} + φ_t        angle of pair i: τ_i Φ_ti        pairs as in {@link Rotary} </pre>
     *
     * @param in x
     * @param angles φ, per head and pair: width heads · rotary/2
     * @param out y, as wide as x
     * @param temperature τ [heads · rotary/2], or null for ones
     * @param head channels per head
     * @param rotary how many of them turn, even
     */
    record SelectiveRotary(Slot in, Slot angles, Slot out, String temperature, int head, int rotary)
            implements PositionOp {
        /** Checks the sizes. */
        public SelectiveRotary {
            OpChecks.sameWidth("selective rotary", in, out);
            OpChecks.divides("selective rotary: head", head, in);
            OpChecks.evenUpTo("selective rotary: channels", rotary, head);
            OpChecks.width("selective rotary: angles", angles, in.width() / head * (rotary / 2));
        }

        @Override
        public List<Slot> reads() {
            return List.of(in, angles);
        }

        @Override
        public Map<String, int[]> weights() {
            return temperature == null ? Map.of() : Map.of(temperature, new int[] {angles.width()});
        }

        /** Φ [2, heads · rotary/2]: as a float32 number, and the rest that it lacks. */
        @Override
        public List<Carried> carried(int maxContext) {
            return List.of(Carried.fixed("angles", 2, angles.width()));
        }
    }
}
