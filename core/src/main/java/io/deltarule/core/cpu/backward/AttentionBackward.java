package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.SequenceOp;

/**
 * Causal softmax attention backward: threads share out the sequences' key/value heads, whose query heads one of them takes in
 * order. The gradients of cached keys and values lie in rings as the keys and values do, and are handed to the run before.
 */
public final class AttentionBackward implements BackwardStep {
    private final AttentionGradients numbers;
    private final AttentionBackwardWorker[] workers; // by thread slot, made when first used

    /**
     * A step over slots.
     *
     * @param dq where q's gradient goes, overwritten; so the other two
     */
    public AttentionBackward(
            SequenceOp.Attention op,
            SlotBuffer q,
            SlotBuffer k,
            SlotBuffer v,
            SlotBuffer out,
            SlotBuffer dOut,
            SlotBuffer dq,
            SlotBuffer dk,
            SlotBuffer dv,
            int sequences,
            int maxContext,
            BackwardScratch scratch) {
        int rows = op.cacheRows(maxContext);
        int all = Math.multiplyExact(Math.multiplyExact(sequences, op.kvHeads()), rows);
        this.numbers = new AttentionGradients(
                op,
                q,
                k,
                v,
                out,
                dOut,
                dq,
                dk,
                dv,
                rows,
                SlotBuffer.allocate(scratch.arena(), all, k.width() / op.kvHeads()),
                SlotBuffer.allocate(scratch.arena(), all, v.width() / op.kvHeads()));
        this.workers = new AttentionBackwardWorker[scratch.threads()];
    }

    @Override
    public void run(BackwardRun back) {
        LayerRun run = back.tokens();
        int heads = numbers.op().kvHeads();
        long pairs = 0;
        for (int i = 0; i < run.sequences(); i++) {
            pairs += run.length(i) * Math.min((long) run.position(i) + run.length(i), numbers.rows());
        }
        long operations = pairs * (numbers.q().width() + numbers.out().width());
        run.items(run.sequences() * heads, operations, (item, slot) -> {
            if (workers[slot] == null) { // one thread per slot at a time; runs are ordered by the pool
                workers[slot] = new AttentionBackwardWorker(numbers);
            }
            workers[slot].run(back, item / heads, item % heads);
        });
    }
}
