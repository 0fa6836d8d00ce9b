package io.deltarule.core.cpu.op;

import io.deltarule.core.layer.PositionOp;
import java.lang.foreign.Arena;

/** Rotary position embedding: a token's cosines and sines are computed once and turn all of its heads. */
public final class RotaryStep implements LayerStep {
    private final PositionOp.Rotary op;
    private final SlotBuffer x;
    private final SlotBuffer y;
    private final double[] frequencies; // theta^(−2i/rotary)
    private final SlotBuffer table; // [tokens][cosines, sines]

    public RotaryStep(PositionOp.Rotary op, SlotBuffer x, SlotBuffer y, int maxTokens, Arena arena) {
        this(op, 1, x, y, maxTokens, arena);
    }

    /** Turns back what was turned, which is also how gradients go: the inverse of a rotation is its transpose. */
    public static RotaryStep back(PositionOp.Rotary op, SlotBuffer y, SlotBuffer x, int maxTokens, Arena arena) {
        return new RotaryStep(op, -1, y, x, maxTokens, arena);
    }

    private RotaryStep(PositionOp.Rotary op, int direction, SlotBuffer x, SlotBuffer y, int maxTokens, Arena arena) {
        this.op = op;
        this.x = x;
        this.y = y;
        this.frequencies = new double[op.rotary() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = direction * Math.pow(op.theta(), -2.0 * i / op.rotary());
        }
        this.table = SlotBuffer.allocate(arena, maxTokens, op.rotary());
    }

    @Override
    public void run(LayerRun run) {
        run.rows(2L * x.width() + 20L * frequencies.length, (from, to, slot) -> {
            int sequence = run.sequenceOf(from);
            for (long t = from; t < to; t++) {
                while (t >= run.begin(sequence) + run.length(sequence)) {
                    sequence++;
                }
                token(t, run.position(sequence) + (t - run.begin(sequence)));
            }
        });
    }

    private void token(long token, long position) {
        int half = frequencies.length;
        for (int i = 0; i < half; i++) {
            Rotation.cosineSine(
                    position * frequencies[i], table.data(), table.offset(token, i), table.offset(token, half + i));
        }
        for (int c = 0; c < x.width(); c += op.head()) {
            Rotation.turn(
                    x,
                    y,
                    x.offset(token, c),
                    op.head(),
                    half,
                    table.data(),
                    table.row(token),
                    table.offset(token, half));
        }
    }
}
