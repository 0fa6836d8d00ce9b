package io.deltarule.bench.timing;

import io.deltarule.core.measure.CpuBaseline;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies of several blocks of memory, one after the other. Which physical pages a block gets can change its speed by
 * half on a virtual machine; several blocks, allocated in between those they are compared with, even that out.
 */
public final class MemoryCopies implements AutoCloseable {
    /** Enough blocks to even out differences, and few enough that each is larger than a core's own cache. */
    public static final int BLOCKS = 8;

    private final List<CpuBaseline> blocks = new ArrayList<>();

    /** Allocates all blocks at once. */
    public static MemoryCopies of(long size) {
        MemoryCopies copies = new MemoryCopies();
        for (int i = 0; i < BLOCKS; i++) {
            copies.add(size / BLOCKS);
        }
        return copies;
    }

    public void add(long size) {
        blocks.add(CpuBaseline.copy(size));
    }

    public void run() {
        blocks.forEach(CpuBaseline::run);
    }

    /** Bytes read plus bytes written per run. */
    public double bytes() {
        return blocks.stream().mapToDouble(CpuBaseline::bytes).sum();
    }

    @Override
    public void close() {
        blocks.forEach(CpuBaseline::close);
    }
}
