import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What blocks of a kernel did while they were interpreted. */
final class Counts {
    private static final int SECTOR = 32;
    private static final int PAGE = 4096;

    /** Warp instructions. */
    long issued;
    /** Multiply-adds, sums and products of floats, as warp instructions, and lanes of them. */
    long floats;

    long floatLanes;
    /** Wavefronts of 128 bytes through shared memory and the cache of a multiprocessor. */
    long wavefronts;
    /** Of these, what other banks would have saved. */
    long conflicts;
    /** Sectors of 32 bytes, each once, by the page that they lie in; those written have pages of their own. */
    private final Map<Long, BitSet> sectors = new HashMap<>();
    /** Most loads of global memory of a warp that nothing had waited for yet. */
    int inFlight;
    /** Cycles from a block's begin to its end with nothing else on its multiprocessor, all blocks together. */
    long cycles;
    /** How often each instruction was issued. */
    final long[] times;
    /** How many blocks. */
    int blocks;

    Counts(int instructions) {
        times = new long[instructions];
    }

    /** Notes that four bytes were read or written. */
    void touch(long address, boolean loads) {
        long page = address / PAGE;
        sectors.computeIfAbsent(loads ? page : -1 - page, any -> new BitSet()).set((int) (address % PAGE) / SECTOR);
    }

    /** Bytes of the sectors that were touched. */
    long bytes() {
        return (long) SECTOR * sectors.values().stream().mapToInt(BitSet::cardinality).sum();
    }

    /** Names of what is issued most, in the innermost loop that the most is issued in. */
    Map<String, Integer> hottest(Kernel kernel) {
        int from = 0;
        int to = kernel.code().size();
        long most = -1;
        for (Instruction each : kernel.code()) {
            if (each.target() >= 0 && each.target() < each.index()) {
                long sum = 0;
                boolean innermost = true;
                for (int i = each.target(); i <= each.index(); i++) {
                    sum += times[i];
                    Instruction inner = kernel.code().get(i);
                    innermost &= i == each.index() || inner.target() < 0 || inner.target() > i || inner.target() < each.target();
                }
                if (innermost && sum > most) {
                    most = sum;
                    from = each.target();
                    to = each.index() + 1;
                }
            }
        }
        Map<String, Integer> names = new TreeMap<>();
        for (Instruction each : kernel.code().subList(from, to)) {
            String name = each.loads() ? "LD" : each.stores() ? "ST" : each.name();
            if (each.words() > 1 && each.shared()) {
                name += "." + 32 * each.words();
            }
            names.merge(name, 1, Integer::sum);
        }
        return names;
    }
}
