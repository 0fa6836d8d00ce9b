package io.deltarule.tornado;

import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.quirks.GraphLimits;
import java.util.ArrayList;
import java.util.List;

/** Cuts a program's launches into parts that fit a task graph each. */
final class ProgramCutter {
    private ProgramCutter() {}

    /**
     * The launches of each part.
     *
     * @param operations the launches of each operation, in order; an operation's stay together
     * @param room bytes of a graph: at most {@link GraphLimits#BYTES}
     * @return at least one part
     */
    static List<List<Launch>> parts(List<List<Launch>> operations, int room) {
        List<List<Launch>> parts = new ArrayList<>();
        List<Launch> part = new ArrayList<>();
        int bytes = 0;
        for (List<Launch> operation : operations) {
            int more = operation.stream().mapToInt(Launch::bytes).sum();
            boolean full = bytes + more > room || part.size() + operation.size() > GraphLimits.TASKS;
            if (full && !part.isEmpty()) {
                parts.add(part);
                part = new ArrayList<>();
                bytes = 0;
            }
            part.addAll(operation);
            bytes += more;
        }
        parts.add(part);
        return parts;
    }
}
