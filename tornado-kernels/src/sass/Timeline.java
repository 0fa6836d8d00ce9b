import java.util.ArrayDeque;
import java.util.Deque;

/** When a warp issues what: in order, as soon as operands are there, its scheduler is free and the memory pipe takes it. */
final class Timeline {
    /** Cycles until a result can be used. */
    static final int GLOBAL = 480;
    static final int SHARED = 30;
    static final int ARITHMETIC = 4;
    static final int SPECIAL = 20;
    static final int SCHEDULERS = 4;

    /** What a block's warps share. */
    static final class Units {
        final long[] schedulers = new long[SCHEDULERS];
        long pipe;
    }

    private final Units units;
    private final int scheduler;
    private final long[] ready = new long[Operand.REGISTERS];
    private final int[] load = new int[Operand.REGISTERS];
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private int loads;
    private long now;

    Timeline(Units units, int warp) {
        this.units = units;
        this.scheduler = warp % SCHEDULERS;
    }

    long now() {
        return now;
    }

    /** All warps of a block go on from here. */
    void waitUntil(long cycle) {
        now = Math.max(now, cycle);
    }

    /** @return how many loads of global memory were in flight if this instruction waited for one, else 0 */
    int issue(Instruction it, boolean any, int wavefronts) {
        long at = Math.max(now + 1, units.schedulers[scheduler]);
        int inFlight = 0;
        for (int i = 0; i < it.operands().size(); i++) {
            Operand operand = it.operands().get(i);
            int first = operand.number();
            if (!operand.register() && operand.kind() != Operand.Kind.ADDRESS || first == Operand.ZERO) {
                continue;
            }
            int words = i == 0 ? Math.max(1, it.written()) : operand.kind() == Operand.Kind.ADDRESS && !it.shared() ? 2 : 1;
            if (it.stores() || it.name().equals("STS")) {
                words = i == 0 ? 2 : it.words();
            }
            for (int r = first; r < first + words; r++) {
                if (load[r] > 0 && waiting.contains(load[r])) {
                    inFlight = Math.max(inFlight, waiting.size());
                    while (!waiting.isEmpty() && waiting.peek() <= load[r]) {
                        waiting.remove();
                    }
                }
                at = Math.max(at, ready[r]);
            }
        }
        if (wavefronts > 0) {
            at = Math.max(at, units.pipe);
            units.pipe = at + wavefronts;
        }
        units.schedulers[scheduler] = at + 1;
        now = at;
        if (any && it.written() > 0) {
            int latency = it.loads() ? GLOBAL : it.name().equals("LDS") ? SHARED + wavefronts : it.name().equals("MUFU") ? SPECIAL : ARITHMETIC;
            if (it.loads()) {
                waiting.add(++loads);
            }
            int first = it.operands().getFirst().number();
            for (int r = first; r < first + it.written() && first != Operand.ZERO; r++) {
                ready[r] = at + latency;
                load[r] = it.loads() ? loads : 0;
            }
        }
        return inFlight;
    }
}
