package io.deltarule.tornado.graph;

import io.deltarule.tornado.quirks.GraphLimits;
import io.deltarule.tornado.quirks.KeptResults;
import io.deltarule.tornado.quirks.ReadableArrays;
import io.deltarule.tornado.quirks.ResidentState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import uk.ac.manchester.tornado.api.DataRange;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Stages of work on arrays that stay on one device, each of as many task graphs as its launches need, in one execution plan.
 *
 * <pre>
 *   enter(i)   arrays of stage i, as the host has them → device
 *   run(i)     launches of stage i, on the arrays of the stages up to i
 *   fetch      any of those arrays → host
 * </pre>
 *
 * A graph takes over arrays only from the graph executed right before it ({@link ResidentState}), so every graph takes over, and
 * passes on, all arrays of the stages up to its own. That is why entering a stage loses what later stages entered: they enter
 * again before they run.
 */
public final class GraphStages {
    /** Arrays that one graph brings: what {@link GraphLimits} leaves room for. */
    private static final int MOST_ENTERED = 800;

    /**
     * One stage.
     *
     * @param name of its graphs
     * @param arrays what enters with it
     * @param launches its kernels in order, in units that one graph has to hold; none for a stage that only enters
     */
    public record Stage(String name, List<? extends TornadoNativeArray> arrays, List<List<Launch>> launches) {
        /** A stage that only enters. */
        public static Stage of(String name, Collection<? extends TornadoNativeArray> arrays) {
            return new Stage(name, List.copyOf(arrays), List.of());
        }
    }

    /** Where a stage's graphs are in the plan. */
    private record Place(int firstEntering, int firstRunning, int end, List<Launch> launches) {}

    private final DeviceHandle device;
    private final List<Stage> stages;
    private final List<Place> places = new ArrayList<>();
    private final String source;
    private final boolean[] entered;
    private final TornadoExecutionPlan plan;
    private TornadoExecutionResult last;

    /**
     * Builds the graphs.
     *
     * @param device where they will run
     * @param context what all launches were given
     * @param stages in order; the first has arrays
     */
    public GraphStages(DeviceHandle device, KernelContext context, List<Stage> stages) {
        this.device = device;
        this.stages = List.copyOf(stages);
        this.source = stages.getFirst().name();
        this.entered = new boolean[stages.size()];
        plan = device.guard(() -> build(context));
    }

    private TornadoExecutionPlan build(KernelContext context) {
        GridScheduler scheduler = new GridScheduler();
        List<ImmutableTaskGraph> graphs = new ArrayList<>();
        List<TornadoNativeArray> there = new ArrayList<>();
        for (Stage stage : stages) {
            int firstEntering = graphs.size();
            for (int from = 0; from < stage.arrays().size(); from += MOST_ENTERED) {
                List<? extends TornadoNativeArray> some = stage.arrays()
                        .subList(from, Math.min(from + MOST_ENTERED, stage.arrays().size()));
                String name = from == 0 ? stage.name() : stage.name() + from;
                TaskGraph graph = takingOver(new TaskGraph(name), there);
                ResidentState.enter(graph, name, scheduler, context, some);
                graphs.add(naming(graph, there).snapshot());
                there.addAll(some);
            }
            int firstRunning = graphs.size();
            for (List<Launch> some : parts(stage)) {
                String name = stage.name() + "_run" + (graphs.size() - firstRunning);
                graphs.add(graph(name, some, there, scheduler).snapshot());
            }
            List<Launch> all =
                    stage.launches().stream().flatMap(List::stream).toList();
            places.add(new Place(firstEntering, firstRunning, graphs.size(), all));
        }
        if (graphs.size() == 1) {
            graphs.add(ReadableArrays.companion(scheduler, context).snapshot());
        }
        TornadoExecutionPlan built = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        built.withGridScheduler(scheduler);
        device.select(built);
        return built;
    }

    private TaskGraph takingOver(TaskGraph graph, List<TornadoNativeArray> there) {
        if (!there.isEmpty()) {
            graph.consumeFromDevice(source, there.toArray());
        }
        return graph;
    }

    /** So that they can be fetched, and that what a kernel writes can be read: {@link ReadableArrays}. */
    private static TaskGraph naming(TaskGraph graph, List<TornadoNativeArray> there) {
        if (!there.isEmpty()) {
            graph.transferToHost(DataTransferMode.UNDER_DEMAND, there.toArray());
        }
        return graph;
    }

    private TaskGraph graph(
            String name, List<Launch> launches, List<TornadoNativeArray> there, GridScheduler scheduler) {
        TaskGraph graph = takingOver(new TaskGraph(name), there);
        Object[] tables = launches.stream()
                .map(Launch::table)
                .filter(Objects::nonNull)
                .distinct()
                .map(RunTable::array)
                .toArray();
        if (tables.length > 0) {
            graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, tables);
        }
        launches.forEach(launch -> launch.addTo(graph, scheduler));
        if (tables.length > 0) {
            graph.transferToHost(DataTransferMode.EVERY_EXECUTION, tables);
        }
        return naming(graph, there);
    }

    /** A stage's launches as few graphs as hold them. */
    private static List<List<Launch>> parts(Stage stage) {
        List<List<Launch>> parts = new ArrayList<>();
        int bytes = GraphLimits.BYTES;
        for (List<Launch> unit : stage.launches()) {
            int more = unit.stream().mapToInt(Launch::bytes).sum();
            if (parts.isEmpty()
                    || bytes + more > GraphLimits.BYTES
                    || parts.getLast().size() + unit.size() > GraphLimits.TASKS) {
                parts.add(new ArrayList<>());
                bytes = 0;
            }
            parts.getLast().addAll(unit);
            bytes += more;
        }
        parts.removeIf(List::isEmpty);
        return parts;
    }

    /** Brings a stage's arrays to the device as the host has them. */
    public void enter(int stage) {
        requireEntered(stage - 1);
        Place place = places.get(stage);
        for (int i = place.firstEntering; i < place.firstRunning; i++) {
            execute(i);
        }
        Arrays.fill(entered, stage, entered.length, false);
        entered[stage] = true;
    }

    /**
     * Runs a stage's launches, which the run tables tell of the run.
     *
     * @throws IllegalStateException if the device failed, or did not start a kernel
     */
    public void run(int stage) {
        requireEntered(stage);
        Place place = places.get(stage);
        place.launches.forEach(Launch::size);
        for (int i = place.firstRunning; i < place.end; i++) {
            execute(i);
        }
        for (Launch launch : place.launches) {
            if (!launch.ran()) {
                throw device.failure(
                        "kernel " + launch.name() + " did not run; the driver may have said why on the console", null);
            }
        }
    }

    /** Whether a stage's arrays are on the device. */
    public boolean entered(int stage) {
        return isEmpty(stage) || entered[stage];
    }

    /** Whether a stage has no arrays. */
    public boolean isEmpty(int stage) {
        return stages.get(stage).arrays().isEmpty();
    }

    private void requireEntered(int stage) {
        for (int i = 0; i <= stage; i++) {
            if (!entered(i)) {
                throw new IllegalStateException("stage " + stages.get(stage).name() + ": expected the arrays of "
                        + stages.get(i).name() + " on the device but they have not entered");
            }
        }
    }

    private void execute(int graph) {
        last = device.guard(() -> KeptResults.execute(plan, graph));
    }

    /**
     * Brings back arrays of the stages up to the one that entered or ran last. Each as a range: an array of which a range has been
     * brought back once is never brought back as a whole again.
     */
    public void fetch(Collection<FloatArray> arrays) {
        arrays.forEach(array -> fetch(array, array.getSize()));
    }

    /** Brings back the first numbers of an array. */
    public void fetch(FloatArray array, long numbers) {
        device.guard(() -> last.transferToHost(new DataRange(array).withSize(numbers)));
    }

    /** How many task graphs there are. */
    public int graphs() {
        return places.getLast().end;
    }

    /** Frees the device's arrays. */
    public void close() {
        device.guard(() -> {
            plan.close();
            return null;
        });
    }
}
