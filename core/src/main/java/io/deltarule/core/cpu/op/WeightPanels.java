package io.deltarule.core.cpu.op;

import io.deltarule.core.cpu.block.BlockRows;
import io.deltarule.core.cpu.math.Lanes;
import io.deltarule.core.cpu.product.TokenPanels;
import io.deltarule.core.cpu.product.WeightBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Scratch of each thread for rows of a weight as float32, shared by all operations of a plan: what a thread converts is
 * used while it is still in the cache, and no weight is held twice.
 */
public final class WeightPanels {
    /** Floats of a panel: half a megabyte, which second-level caches hold. */
    private static final int SIZE = 1 << 17;

    /** Rows of W that are read together, at least; also for the widest. */
    static final int ROWS_AT_LEAST = 4;

    private final MemorySegment[] panels; // one per thread
    private final MemorySegment vectors;
    private final TokenPanels inputs = new TokenPanels();
    private final WeightBlock[] blocks; // one per thread, made when first used
    private final LayerProducts products;

    /**
     * @param widest numbers in a row of the widest weight
     * @param products how projections are computed
     */
    public WeightPanels(Arena arena, int threads, int widest, LayerProducts products) {
        this.products = products;
        long floats = Math.max(SIZE, (long) ROWS_AT_LEAST * widest);
        this.panels = new MemorySegment[threads];
        for (int i = 0; i < threads; i++) {
            panels[i] = arena.allocate(floats * Float.BYTES + Lanes.BYTES, 64);
        }
        this.blocks = new WeightBlock[threads];
        this.vectors = arena.allocate((long) LinearStep.FEW_TOKENS * BlockRows.prepared(widest) * Float.BYTES, 64);
    }

    /** How projections are computed. */
    LayerProducts products() {
        return products;
    }

    /** How many rows of a width a panel holds. */
    static int rows(int width) {
        return Math.max(ROWS_AT_LEAST, SIZE / width);
    }

    /** Room for the inputs of a few tokens, rearranged; all threads read it. */
    MemorySegment vectors() {
        return vectors;
    }

    /** Room for the inputs of many tokens. */
    public TokenPanels inputs() {
        return inputs;
    }

    /** A thread's share of a product of many tokens. */
    public WeightBlock block(int thread) {
        if (blocks[thread] == null) { // one thread per slot at a time; runs are ordered by the pool
            blocks[thread] = new WeightBlock();
        }
        return blocks[thread];
    }

    public MemorySegment of(int thread) {
        return panels[thread];
    }
}
