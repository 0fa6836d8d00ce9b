import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Interprets a block: its warps in turn, the one furthest behind in time first, all of them waiting at barriers. */
final class Block {
    private static final int BARRIER = 10;

    private Block() {}

    /** Adds what the block does to counts. */
    static void run(Kernel kernel, Grid grid, int number, Counts counts) {
        List<Warp> warps = new ArrayList<>();
        Timeline.Units units = new Timeline.Units();
        for (int warp = 0; warp * Warp.LANES < grid.lanes(); warp++) {
            warps.add(new Warp(kernel, grid, counts, number, warp, units));
        }
        while (true) {
            List<Warp> running = warps.stream().filter(warp -> warp.peek() != null).toList();
            if (running.isEmpty()) {
                break;
            }
            Warp next = running.stream()
                    .filter(warp -> !warp.peek().name().equals("BAR"))
                    .min(Comparator.comparingLong(warp -> warp.timeline().now()))
                    .orElse(null);
            if (next != null) {
                next.step(next.peek());
                continue;
            }
            long last = running.stream().mapToLong(warp -> warp.timeline().now()).max().orElse(0);
            for (Warp warp : running) {
                warp.timeline().waitUntil(last + BARRIER);
                warp.step(warp.peek());
            }
        }
        counts.cycles += warps.stream().mapToLong(warp -> warp.timeline().now()).max().orElse(0);
        counts.blocks++;
    }
}
