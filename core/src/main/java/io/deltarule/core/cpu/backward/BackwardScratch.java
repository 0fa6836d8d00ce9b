package io.deltarule.core.cpu.backward;

import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.op.Activations;
import io.deltarule.core.cpu.op.SlotBuffer;
import io.deltarule.core.cpu.op.WeightPanels;
import io.deltarule.core.cpu.product.InputBlock;
import io.deltarule.core.cpu.product.OuterBlock;
import io.deltarule.core.cpu.product.TokenRows;
import io.deltarule.core.cpu.product.TokenStrips;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/** Scratch that all backward steps of a plan share, since one of them runs at a time. */
public final class BackwardScratch {
    /** Rows of a span of numbers that a thread has to itself. */
    static final int SPANS = 4;

    private final Arena arena;
    private final int maxTokens;
    private final WeightPanels panels;
    private final TokenStrips strips = new TokenStrips();
    private final TokenRows rows = new TokenRows();
    private final OuterBlock[] blocks; // by thread slot, made when first used
    private final InputBlock[] inputBlocks; // likewise
    private final SlotBuffer spans;
    private final Map<String, SlotBuffer> shared = new HashMap<>();

    /** @param panels scratch of the products forward, which going back uses as well */
    public BackwardScratch(WeightPanels panels, int threads, int maxTokens, Arena arena) {
        this.panels = panels;
        this.maxTokens = maxTokens;
        this.arena = arena;
        this.blocks = new OuterBlock[threads];
        this.inputBlocks = new InputBlock[threads];
        this.spans = SlotBuffer.allocate(arena, threads * SPANS, Activations.SPAN + Lanes.COUNT);
    }

    WeightPanels panels() {
        return panels;
    }

    Arena arena() {
        return arena;
    }

    int maxTokens() {
        return maxTokens;
    }

    int threads() {
        return blocks.length;
    }

    /** Inputs of many tokens for the gradients of weights. */
    TokenStrips strips() {
        return strips;
    }

    /** A thread's share of the gradient of a weight. */
    OuterBlock block(int thread) {
        if (blocks[thread] == null) { // one thread per slot at a time; runs are ordered by the pool
            blocks[thread] = new OuterBlock();
        }
        return blocks[thread];
    }

    /** Gradients of many tokens for those of inputs. */
    TokenRows rows() {
        return rows;
    }

    /** A thread's share of the gradient of an input. */
    InputBlock inputBlock(int thread) {
        if (inputBlocks[thread] == null) {
            inputBlocks[thread] = new InputBlock();
        }
        return inputBlocks[thread];
    }

    /** Spans of a thread: {@value #SPANS} rows of {@link Activations#SPAN} numbers from {@link #span} on. */
    SlotBuffer spans() {
        return spans;
    }

    /** Byte offset of a thread's i-th span. */
    long span(int thread, int i) {
        return spans.row((long) thread * SPANS + i);
    }

    /**
     * A row per token, the same for everyone who asks for this purpose and width.
     *
     * @param purpose what keeps it apart from others of that width
     */
    public SlotBuffer rows(String purpose, int width) {
        return shared.computeIfAbsent(purpose + " " + width, key -> SlotBuffer.allocate(arena, maxTokens, width));
    }

    /** Bytes of the arrays, which are not the arena's. */
    public long bytes() {
        long bytes = strips.bytes() + rows.bytes();
        for (OuterBlock block : blocks) {
            bytes += block == null ? 0 : block.bytes();
        }
        for (InputBlock block : inputBlocks) {
            bytes += block == null ? 0 : block.bytes();
        }
        return bytes;
    }
}
