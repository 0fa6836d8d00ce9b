import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The least time that each part of a device would take for a kernel by itself.
 *
 * @param milliseconds by the part's name
 * @param warps resident on a multiprocessor
 */
record Bounds(Map<String, Double> milliseconds, int warps) {
    private static final int MULTIPROCESSORS = 132;
    private static final double CYCLES_PER_MS = 1.85e6;
    private static final double BYTES_PER_MS = 4.8e9;
    private static final int REGISTERS = 65536;
    private static final int SHARED_BYTES = 227 * 1024;
    private static final int RESERVED_BYTES = 1024;
    private static final int WARPS = 64;
    private static final int BLOCKS = 32;

    static Bounds of(Kernel kernel, Grid grid, Counts counts) {
        int warpsPerBlock = (grid.lanes() + Warp.LANES - 1) / Warp.LANES;
        int registersPerWarp = (kernel.registers() + 7) / 8 * 8 * Warp.LANES;
        int blocks = Math.min(BLOCKS, WARPS / warpsPerBlock);
        blocks = Math.min(blocks, REGISTERS / registersPerWarp / warpsPerBlock);
        blocks = Math.min(blocks, SHARED_BYTES / (kernel.sharedBytes() + RESERVED_BYTES));
        int each = Math.max(1, Math.min(blocks, (grid.groups() + MULTIPROCESSORS - 1) / MULTIPROCESSORS));
        double scale = (double) grid.groups() / counts.blocks;
        double cycles = CYCLES_PER_MS * Math.min(MULTIPROCESSORS, grid.groups());
        Map<String, Double> bounds = new LinkedHashMap<>();
        bounds.put("arithmetic", counts.floats * scale / 4 / cycles);
        bounds.put("issue", counts.issued * scale / 4 / cycles);
        bounds.put("shared", counts.wavefronts * scale / cycles);
        bounds.put("memory", counts.bytes() * scale / BYTES_PER_MS);
        double waves = Math.max(1, (double) grid.groups() / (each * MULTIPROCESSORS));
        bounds.put("latency", waves * counts.cycles / counts.blocks / CYCLES_PER_MS);
        return new Bounds(bounds, each * warpsPerBlock);
    }

    Map.Entry<String, Double> largest() {
        return milliseconds.entrySet().stream().max(Comparator.comparingDouble(Map.Entry::getValue)).orElseThrow();
    }
}
