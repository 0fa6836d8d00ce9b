package io.deltarule.tornado;

import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.quirks.GraphLimits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

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
        return parts(operations, room, 0);
    }

    /** The same where each graph finds so many arrays. */
    static List<List<Launch>> parts(List<List<Launch>> operations, int room, int found) {
        List<List<Launch>> parts = new ArrayList<>();
        List<Launch> part = new ArrayList<>();
        Set<TornadoNativeArray> used = new HashSet<>();
        int bytes = 0;
        for (List<Launch> operation : operations) {
            int more = operation.stream().mapToInt(Launch::bytes).sum();
            operation.forEach(launch -> used.addAll(launch.arrays()));
            int tasks = part.size() + operation.size();
            boolean full = bytes + more > room
                    || tasks > GraphLimits.TASKS
                    || (found > 0 && GraphLimits.nodes(found, used.size(), tasks) > GraphLimits.NODES);
            if (full && !part.isEmpty()) {
                parts.add(part);
                part = new ArrayList<>();
                bytes = 0;
                used.clear();
                operation.forEach(launch -> used.addAll(launch.arrays()));
            }
            part.addAll(operation);
            bytes += more;
        }
        parts.add(part);
        return parts;
    }
}
