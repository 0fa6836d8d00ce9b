import java.util.Arrays;
import java.util.List;

/** 32 lanes of a block: integers and predicates are computed, floats only counted, since no jump or address follows from one. */
final class Warp {
    static final int LANES = 32;
    /** Where a lane has ended. */
    static final int ENDED = Integer.MAX_VALUE;

    private static final int PARAMETERS = 0x210;
    private static final int LINE = 128;
    private static final int BANKS = 32;

    private final Kernel kernel;
    private final Grid grid;
    private final Counts counts;
    private final int block;
    private final int firstLane;
    private final int[][] registers = new int[Operand.REGISTERS][LANES];
    private final boolean[][] predicates = new boolean[Operand.UNIFORM_PREDICATE + 8][LANES];
    private final int[] next = new int[LANES];
    private final boolean[] active = new boolean[LANES];
    private final Timeline timeline;
    /** Wavefronts of the instruction at hand. */
    private int wavefronts;

    Warp(Kernel kernel, Grid grid, Counts counts, int block, int number, Timeline.Units units) {
        this.kernel = kernel;
        this.grid = grid;
        this.counts = counts;
        this.block = block;
        this.firstLane = number * LANES;
        Arrays.fill(predicates[Operand.TRUE], true);
        for (int lane = 0; lane < LANES; lane++) {
            next[lane] = firstLane + lane < grid.lanes() ? 0 : ENDED;
        }
        timeline = new Timeline(units, number);
    }

    Timeline timeline() {
        return timeline;
    }

    /** The next instruction: that of the lanes that are furthest behind, which is where paths meet again; null at the end. */
    Instruction peek() {
        int at = Arrays.stream(next).min().orElse(ENDED);
        return at == ENDED ? null : kernel.code().get(at);
    }

    /** Executes it. */
    void step(Instruction it) {
        boolean any = false;
        for (int lane = 0; lane < LANES; lane++) {
            boolean here = next[lane] == it.index();
            active[lane] = here && (it.guard() == null || predicate(it.guard(), lane));
            any |= active[lane];
            if (here) {
                next[lane]++;
            }
        }
        wavefronts = 0;
        if (any) {
            execute(it);
        }
        counts.issued++;
        counts.times[it.index()]++;
        counts.wavefronts += wavefronts;
        counts.inFlight = Math.max(counts.inFlight, timeline.issue(it, any, wavefronts));
    }

    private void execute(Instruction it) {
        switch (it.name()) {
            case "BRA" -> {
                boolean[] taken = new boolean[LANES];
                for (int lane = 0; lane < LANES; lane++) {
                    taken[lane] = active[lane] && (it.operands().isEmpty() || predicate(it.operands().getFirst(), lane));
                    if (taken[lane]) {
                        next[lane] = it.target();
                    }
                }
            }
            case "EXIT" -> each(lane -> next[lane] = ENDED);
            case "LD", "LDG", "ST", "STG" -> global(it);
            case "LDS", "STS" -> shared(it);
            case "LDSM" -> matrices(it);
            case "HMMA" -> counts.tiles++;
            case "FFMA", "FADD", "FMUL" -> {
                counts.floats++;
                each(lane -> counts.floatLanes++);
            }
            case "FSETP", "FSEL", "FMNMX", "MUFU", "FCHK", "F2F", "F2I", "I2F", "I2FP", "PRMT", "LDL", "STL", "NOP", "BAR", "BSSY", "BSYNC", "BREAK", "WARPSYNC", "YIELD" -> {}
            default -> integers(it);
        }
    }

    private interface PerLane {
        void accept(int lane);
    }

    private void each(PerLane action) {
        for (int lane = 0; lane < LANES; lane++) {
            if (active[lane]) {
                action.accept(lane);
            }
        }
    }

    private boolean predicate(Operand operand, int lane) {
        return predicates[operand.number()][lane] != operand.not();
    }

    private int value(Operand operand, int lane) {
        int value = switch (operand.kind()) {
            case REGISTER -> registers[operand.number()][lane];
            case CONSTANT -> constant((int) operand.value());
            case PREDICATE -> predicate(operand, lane) ? 1 : 0;
            default -> (int) operand.value();
        };
        if (operand.kind() == Operand.Kind.PREDICATE) {
            return value;
        }
        return operand.not() ? ~value : operand.minus() ? -value : value;
    }

    /** A pair of registers or constants. */
    private long pair(Operand operand, int lane) {
        if (operand.kind() == Operand.Kind.IMMEDIATE) {
            return operand.value();
        }
        int high = switch (operand.kind()) {
            case REGISTER -> operand.number() == Operand.ZERO ? 0 : registers[operand.number() + 1][lane];
            default -> constant((int) operand.value() + 4);
        };
        return (long) high << 32 | Integer.toUnsignedLong(value(operand, lane));
    }

    private void set(Operand to, int lane, long value, int words) {
        if (to.number() != Operand.ZERO) {
            registers[to.number()][lane] = (int) value;
            if (words > 1) {
                registers[to.number() + 1][lane] = (int) (value >> 32);
            }
        }
    }

    private void set(Operand to, int lane, boolean value) {
        if (to.number() != Operand.TRUE) {
            predicates[to.number()][lane] = value;
        }
    }

    /** The launch's sizes, and parameters: each array in its own 4 GB. */
    private int constant(int place) {
        if (place == 0) {
            return grid.lanes();
        }
        if (place == 0xc) {
            return grid.groups();
        }
        return place >= PARAMETERS && place % 8 == 4 ? (place - PARAMETERS) / 8 + 1 : 0;
    }

    private void integers(Instruction it) {
        List<Operand> all = it.operands();
        Operand to = all.getFirst();
        int carries = 0;
        while (it.written() > 0 && all.get(1 + carries).predicate()) {
            carries++;
        }
        List<Operand> from = all.subList(Math.min(1 + carries, all.size()), all.size());
        int carry = carries;
        each(lane -> {
            switch (it.name()) {
                case "MOV", "R2UR" -> set(to, lane, value(from.getFirst(), lane), 1);
                case "LDC", "LDC_" -> set(to, lane, it.has("64") ? pair(from.getFirst(), lane) : value(from.getFirst(), lane), it.words());
                case "CS2R" -> set(to, lane, 0, it.has("32") ? 1 : 2);
                case "S2R" -> set(to, lane, special(from.getFirst(), lane), 1);
                case "HFMA2" -> set(to, lane, (long) from.get(2).number() << 16 | from.get(3).number(), 1);
                case "SEL" -> set(to, lane, value(from.get(predicate(from.get(2), lane) ? 0 : 1), lane), 1);
                case "VIMNMX", "IMNMX" -> {
                    int a = value(from.get(0), lane);
                    int b = value(from.get(1), lane);
                    set(to, lane, predicate(from.get(2), lane) ? Math.min(a, b) : Math.max(a, b), 1);
                }
                case "VIADDMNMX" -> {
                    int a = value(from.get(0), lane) + value(from.get(1), lane);
                    int b = value(from.get(2), lane);
                    set(to, lane, predicate(from.get(3), lane) ? Math.min(a, b) : Math.max(a, b), 1);
                }
                case "IABS" -> set(to, lane, Math.abs(value(from.getFirst(), lane)), 1);
                case "VIADD" -> set(to, lane, value(from.get(0), lane) + value(from.get(1), lane), 1);
                case "IADD3" -> {
                    long sum = 0;
                    for (int i = 0; i < 3; i++) {
                        sum += Integer.toUnsignedLong(value(from.get(i), lane));
                    }
                    for (int i = 3; i < from.size() && it.has("X"); i++) {
                        sum += predicate(from.get(i), lane) ? 1 : 0;
                    }
                    set(to, lane, sum, 1);
                    for (int i = 0; i < carry; i++) {
                        set(all.get(1 + i), lane, sum >> 32 > i);
                    }
                }
                case "IMAD" -> multiply(it, to, from, lane);
                case "LEA" -> {
                    boolean sign = it.has("SX32");
                    int a = value(from.get(0), lane);
                    int shift = value(from.get(sign || !it.has("HI") ? 2 : 3), lane);
                    long high = sign ? a >> 31 : it.has("HI") ? value(from.get(2), lane) : 0;
                    long shifted = (high << 32 | Integer.toUnsignedLong(a)) << shift;
                    long part = it.has("HI") ? shifted >> 32 & 0xffffffffL : shifted & 0xffffffffL;
                    long sum = part + Integer.toUnsignedLong(value(from.get(1), lane));
                    if (it.has("X")) {
                        sum += predicate(from.getLast(), lane) ? 1 : 0;
                    }
                    set(to, lane, sum, 1);
                    if (carry > 0) {
                        set(all.get(1), lane, sum >> 32 != 0);
                    }
                }
                case "SHF" -> set(to, lane, shifted(it, from, lane), 1);
                case "LOP3" -> {
                    int a = value(from.get(0), lane);
                    int b = value(from.get(1), lane);
                    int c = value(from.get(2), lane);
                    int table = value(from.get(3), lane);
                    int result = 0;
                    for (int i = 0; i < 8; i++) {
                        if ((table >> i & 1) != 0) {
                            result |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
                        }
                    }
                    if (it.written() > 0) {
                        set(to, lane, result, 1);
                        if (carry > 0) {
                            set(all.get(1), lane, result != 0);
                        }
                    } else {
                        set(to, lane, result != 0);
                    }
                }
                case "PLOP3" -> {
                    int row = (predicate(all.get(2), lane) ? 4 : 0) + (predicate(all.get(3), lane) ? 2 : 0) + (predicate(all.get(4), lane) ? 1 : 0);
                    boolean first = (all.get(5).value() >> row & 1) != 0;
                    boolean second = (all.get(6).value() >> row & 1) != 0;
                    set(to, lane, first);
                    set(all.get(1), lane, second);
                }
                case "ISETP" -> compare(it, lane);
                case "P2R" -> {
                    int mask = value(from.getLast(), lane);
                    int bits = 0;
                    for (int i = 0; i < Operand.TRUE; i++) {
                        bits |= predicates[i][lane] ? 1 << i : 0;
                    }
                    set(to, lane, value(from.get(1), lane) & ~mask | bits & mask, 1);
                }
                case "R2P" -> {
                    int mask = value(from.getLast(), lane);
                    for (int i = 0; i < Operand.TRUE; i++) {
                        if ((mask >> i & 1) != 0) {
                            predicates[i][lane] = (value(from.getFirst(), lane) >> i & 1) != 0;
                        }
                    }
                }
                default -> throw new IllegalArgumentException("sass: no meaning is known of " + it.name() + it.suffixes() + " in " + kernel.name());
            }
        });
    }

    private int special(Operand which, int lane) {
        if (which.number() == "SR_TID.X".hashCode()) {
            return firstLane + lane;
        }
        return which.number() == "SR_CTAID.X".hashCode() ? block : 0;
    }

    private void multiply(Instruction it, Operand to, List<Operand> from, int lane) {
        long a = value(from.get(0), lane);
        long b = value(from.get(1), lane);
        if (it.has("U32") && (it.has("WIDE") || it.has("HI"))) {
            a &= 0xffffffffL;
            b &= 0xffffffffL;
        }
        if (it.has("WIDE")) {
            set(to, lane, a * b + pair(from.get(2), lane), 2);
        } else if (it.has("HI")) {
            set(to, lane, (a * b >> 32) + value(from.get(2), lane), 1);
        } else {
            long sum = a * b + value(from.get(2), lane);
            set(to, lane, it.has("X") && predicate(from.get(3), lane) ? sum + 1 : sum, 1);
        }
    }

    private int shifted(Instruction it, List<Operand> from, int lane) {
        long low = Integer.toUnsignedLong(value(from.get(0), lane));
        int shift = value(from.get(1), lane);
        long high = value(from.get(2), lane);
        if (it.has("L")) {
            long both = high << 32 | low;
            return (int) (it.has("HI") ? both << shift >> 32 : low << shift);
        }
        if (it.has("HI")) {
            return (int) (it.has("S32") || it.has("S64") ? (int) high >> shift : (high & 0xffffffffL) >>> shift);
        }
        return (int) ((high << 32 | low) >>> shift);
    }

    private void compare(Instruction it, int lane) {
        List<Operand> all = it.operands();
        long a = value(all.get(2), lane);
        long b = value(all.get(3), lane);
        if (it.has("U32")) {
            a &= 0xffffffffL;
            b &= 0xffffffffL;
        }
        boolean holds = it.has("GE") ? a >= b : it.has("GT") ? a > b : it.has("LE") ? a <= b : it.has("LT") ? a < b : it.has("EQ") ? a == b : a != b;
        if (it.has("EX") && (a == b || it.has("EQ") || it.has("NE"))) {
            boolean low = predicate(all.get(5), lane);
            holds = it.has("NE") ? holds || low : it.has("EQ") ? holds && low : low;
        }
        boolean with = predicate(all.get(4), lane);
        set(all.get(0), lane, it.has("OR") ? holds || with : holds && with);
        set(all.get(1), lane, it.has("OR") ? !holds || with : !holds && with);
    }

    private void global(Instruction it) {
        Operand address = it.operands().get(it.loads() ? 1 : 0);
        long[] lines = new long[LANES];
        int[] found = {0};
        each(lane -> {
            long at = pair(new Operand(Operand.Kind.REGISTER, address.number(), 0, false, false, Operand.ZERO), lane) + address.value();
            if (address.second() != Operand.ZERO) {
                at += pair(new Operand(Operand.Kind.REGISTER, address.second(), 0, false, false, Operand.ZERO), lane);
            }
            for (int word = 0; word < it.words(); word++) {
                counts.touch(at + 4 * word, it.loads());
                if (it.loads()) {
                    int number = it.operands().getFirst().number();
                    if (number != Operand.ZERO) {
                        registers[number + word][lane] = grid.load(at + 4 * word);
                    }
                }
            }
            long line = at / LINE;
            boolean known = false;
            for (int i = 0; i < found[0]; i++) {
                known |= lines[i] == line;
            }
            if (!known) {
                lines[found[0]++] = line;
            }
        });
        wavefronts = found[0];
    }

    /** Lanes that one wavefront can serve, 32 words at a time, wait for each other where they want different words of one bank. */
    private void shared(Instruction it) {
        boolean loads = it.name().equals("LDS");
        Operand address = it.operands().get(loads ? 1 : 0);
        int words = it.words();
        for (int part = 0; part < words; part++) {
            wavefronts(address, part * LANES / words, (part + 1) * LANES / words, words);
        }
    }

    /** Rows of 16 bytes of 8 × 8 matrices of 16 bits: those of a matrix are named by 8 lanes, and are one wavefront at best. */
    private void matrices(Instruction it) {
        for (int matrix = 0; matrix < it.written(); matrix++) {
            wavefronts(it.operands().get(1), matrix * 8, matrix * 8 + 8, 4);
        }
    }

    private void wavefronts(Operand address, int fromLane, int toLane, int words) {
        int[] wanted = new int[BANKS];
        int[][] seen = new int[BANKS][LANES];
        int most = 0;
        for (int lane = fromLane; lane < toLane; lane++) {
            if (!active[lane]) {
                continue;
            }
            int at = registers[address.number()][lane] + registers[address.second()][lane] + (int) address.value();
            for (int word = at / 4; word < at / 4 + words; word++) {
                int bank = word % BANKS;
                boolean known = false;
                for (int i = 0; i < wanted[bank]; i++) {
                    known |= seen[bank][i] == word;
                }
                if (!known) {
                    seen[bank][wanted[bank]++] = word;
                    most = Math.max(most, wanted[bank]);
                }
            }
        }
        wavefronts += most;
        counts.conflicts += Math.max(0, most - 1);
    }
}
