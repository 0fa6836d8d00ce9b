package io.deltarule.tornado;

import io.deltarule.core.InvalidInputException;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.LayerLaunches;
import io.deltarule.tornado.op.LayerRunTables;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.KernelContext;

/** Cuts a program that is too deep for one task graph, where the fewest numbers cross the cut. */
final class ProgramCutter {
    private final LayerSpec spec;
    private final List<LayerOp> ops;
    private final int room;

    private ProgramCutter(LayerSpec spec, int room) {
        this.spec = spec;
        this.ops = spec.program().ops();
        this.room = room;
    }

    /**
     * A plan of one part, or of several.
     *
     * @throws InvalidInputException if the device cannot hold the program, or the kernels cannot do it
     */
    static LayerPlan plan(LayerSpec spec, DeviceHandle device, int room) {
        if (spec.program().ops().isEmpty()) {
            throw new InvalidInputException("program: the tornado engine expects at least one operation");
        }
        DeviceMemory count = DeviceMemory.counting(device);
        List<List<Launch>> launches =
                LayerLaunches.of(spec, new LayerArrays(spec, count), new LayerRunTables(spec), new KernelContext());
        List<Integer> bytes = launches.stream()
                .map(each -> each.stream().mapToInt(Launch::bytes).sum())
                .toList();
        List<LayerSpec> parts = new ProgramCutter(spec, room).parts(bytes);
        if (parts.size() == 1) {
            return new TornadoLayerPlan(spec, device);
        }
        return new SplitLayerPlan(spec, parts, part -> new TornadoLayerPlan(part, device));
    }

    private List<LayerSpec> parts(List<Integer> bytes) {
        List<LayerSpec> parts = new ArrayList<>();
        for (int from = 0; from < ops.size(); ) {
            int to = end(from, bytes);
            parts.add(spec.withProgram(part(from, to)));
            from = to;
        }
        return parts;
    }

    /** Where a part that begins here ends: in the later half of where it may. */
    private int end(int from, List<Integer> bytes) {
        int last = from;
        for (int sum = 0; last < ops.size() && sum + bytes.get(last) <= room; last++) {
            sum += bytes.get(last);
        }
        if (last == ops.size()) {
            return last;
        }
        int best = Math.max(last, from + 1);
        for (int cut = best; cut > from + (last - from) / 2; cut--) {
            if (crossing(cut) < crossing(best)) {
                best = cut;
            }
        }
        return best;
    }

    /** Numbers per token that are written before a cut and read after it. */
    private long crossing(int cut) {
        Set<Slot> before = slots(0, cut, true);
        before.retainAll(slots(cut, ops.size(), false));
        return before.stream().mapToLong(Slot::width).sum();
    }

    /** What some operations write, or read. */
    private Set<Slot> slots(int from, int to, boolean written) {
        Set<Slot> slots = new LinkedHashSet<>();
        ops.subList(from, to).forEach(op -> slots.addAll(written ? op.writes() : op.reads()));
        return slots;
    }

    private LayerProgram part(int from, int to) {
        Set<Slot> written = slots(from, to, true);
        Set<Slot> given = slots(from, to, false);
        given.removeAll(written);
        Set<Slot> wanted = slots(to, ops.size(), false);
        wanted.addAll(spec.program().outputs());
        written.retainAll(wanted);
        return new LayerProgram(List.copyOf(given), List.copyOf(written), ops.subList(from, to));
    }
}
