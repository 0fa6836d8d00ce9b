package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.layer.SequenceOp;

/**
 * The numbers of an attention that is gone back over.
 *
 * @param rows of the cache, per sequence and key/value head
 * @param keyRing gradients of the cached keys [N · kvHeads · rows][head]; position s lies in row s mod rows
 * @param valueRing likewise
 */
record AttentionGradients(
        SequenceOp.Attention op,
        SlotBuffer q,
        SlotBuffer k,
        SlotBuffer v,
        SlotBuffer out,
        SlotBuffer dOut,
        SlotBuffer dq,
        SlotBuffer dk,
        SlotBuffer dv,
        int rows,
        SlotBuffer keyRing,
        SlotBuffer valueRing) {}
