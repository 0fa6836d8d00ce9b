package io.deltarule.models;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.Slot;

/** How the queries and keys of an attention are made to depend on their tokens' places. */
public sealed interface PositionEncoding {
    /**
     * Turns queries and keys.
     *
     * @param to takes the operations
     * @param x the layer's input
     * @param queries the queries and the keys
     * @return the two, turned
     */
    QueriesAndKeys turn(ProgramBuilder to, Slot x, QueriesAndKeys queries);

    /**
     * Queries and keys of an attention.
     *
     * @param q width heads · head
     * @param k width kvHeads · head
     * @param head channels per head
     */
    record QueriesAndKeys(Slot q, Slot k, int head) {}

    /** Without positions: queries and keys pass unchanged. */
    record None() implements PositionEncoding {
        @Override
        public QueriesAndKeys turn(ProgramBuilder to, Slot x, QueriesAndKeys qk) {
            return qk;
        }
    }

    /**
     * Rotary position embedding.
     *
     * @param channels of each head that turn, even; the rest pass
     * @param theta the base
     */
    record Rotary(int channels, double theta) implements PositionEncoding {
        @Override
        public QueriesAndKeys turn(ProgramBuilder to, Slot x, QueriesAndKeys qk) {
            return new QueriesAndKeys(
                    turn(to, qk.q(), "q_turned", qk.head()), turn(to, qk.k(), "k_turned", qk.head()), qk.head());
        }

        private Slot turn(ProgramBuilder to, Slot in, String name, int head) {
            Slot out = to.slot(name, in.width());
            to.add(new PositionOp.Rotary(in, out, head, channels, theta));
            return out;
        }
    }

    /**
     * Selective RoPE; as many key/value heads as query heads, since an angle belongs to a head.
     *
     * @param rope its sizes
     */
    record Selective(SelectiveRope rope) implements PositionEncoding {
        @Override
        public QueriesAndKeys turn(ProgramBuilder to, Slot x, QueriesAndKeys qk) {
            if (qk.q().width() != qk.k().width()) {
                throw new InvalidInputException(
                        "Selective RoPE: expected as many key/value heads as query heads but found "
                                + qk.k().width() / qk.head() + " and " + qk.q().width() / qk.head());
            }
            Slot angles = rope.angles(to, x, qk.q().width() / qk.head());
            return new QueriesAndKeys(
                    rope.turn(to, qk.q(), angles, "q_turned", qk.head()),
                    rope.turn(to, qk.k(), angles, "k_turned", qk.head()),
                    qk.head());
        }
    }
}
