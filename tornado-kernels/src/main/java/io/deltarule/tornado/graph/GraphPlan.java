package io.deltarule.tornado.graph;

import io.deltarule.core.measure.RunTimes;
import io.deltarule.tornado.quirks.KeptResults;
import io.deltarule.tornado.quirks.ReadableArrays;
import io.deltarule.tornado.quirks.SharedArrays;
import io.deltarule.tornado.stored.StoredArrays;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.DataRange;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Stages of launches on one device and the arrays that stay there for all of them, which every plan of the engine has one of: built
 * once, executed as often as wanted, and closed. Each line is a task graph:
 *
 * <pre>
 *   make, make1: constants → device; groups filled with what they begin with     once, before anything else
 *   send GROUP:  the group's host side → device                                  when told to
 *   fill GROUP:  the group filled with what it begins with, on the device        when told to
 *   STAGE:       what it sends, run tables → launches → what it returns, run tables; the rest when asked for
 * </pre>
 *
 * The first three are there for {@linkplain ResidentArrays resident arrays} alone. Kernels are compiled at a graph's first execution.
 */
public final class GraphPlan {
    private static final String MAKE = "make";

    private final DeviceHandle device;
    private final List<Stage> stages;
    private final TornadoExecutionPlan plan;
    private final Stopwatch stopwatch = new Stopwatch();
    /** Each graph's place in the plan, by its name. */
    private final Map<String, Integer> places = new HashMap<>();
    /** The graph that each array is fetched from. */
    private final Map<Object, String> holders = new HashMap<>();

    /** The graphs that make the resident arrays, in order. */
    private final List<String> makers = new ArrayList<>();

    private final boolean resident;
    /** Whether the resident arrays are there. */
    private boolean made;
    /** Through which arrays are fetched; null before anything was executed. */
    private TornadoExecutionResult last;

    /**
     * Builds the graphs of one stage that has its arrays for itself.
     *
     * @param device where it will run
     * @param context what all launches were given
     */
    public GraphPlan(DeviceHandle device, KernelContext context, Stage stage) {
        this(device, context, ResidentArrays.NONE, List.of(stage));
    }

    /**
     * Builds the graphs.
     *
     * @param device where they will run
     * @param context what all launches were given
     * @param residents arrays that stay on the device; of the others each belongs to one stage alone
     * @param stages at least one
     */
    public GraphPlan(DeviceHandle device, KernelContext context, ResidentArrays residents, List<Stage> stages) {
        this.device = device;
        this.stages = List.copyOf(stages);
        resident = !residents.isEmpty();
        for (Stage stage : stages) {
            stage.arrays().forEach(array -> holders.putIfAbsent(array, stage.name()));
        }
        plan = device.guard(() -> build(context, residents));
    }

    private TornadoExecutionPlan build(KernelContext context, ResidentArrays residents) {
        GridScheduler scheduler = new GridScheduler();
        SharedArrays shared = new SharedArrays(scheduler, context, residents.filled(), residents.constants());
        List<TaskGraph> graphs = new ArrayList<>();
        if (resident) {
            for (SharedArrays.Maker maker : shared.make(MAKE)) {
                graphs.add(maker.graph());
                makers.add(maker.graph().getTaskGraphName());
                maker.arrays().forEach(array -> holders.put(array, maker.graph().getTaskGraphName()));
            }
            for (ResidentGroup group : residents.groups()) {
                graphs.add(shared.send(sender(group), group.arrays()));
                if (group.refillable()) {
                    graphs.add(shared.fill(filler(group), ResidentArrays.filled(group)));
                }
            }
        }
        for (Stage stage : stages) {
            TaskGraph graph = resident ? shared.consumer(stage.name()) : new TaskGraph(stage.name());
            stage.addTo(graph, scheduler, residents);
            graphs.add(graph);
        }
        for (TaskGraph graph : graphs) {
            places.put(graph.getTaskGraphName(), places.size());
        }
        if (graphs.size() == 1) {
            graphs.add(ReadableArrays.companion(scheduler, context));
        }
        TornadoExecutionPlan built = new TornadoExecutionPlan(
                graphs.stream().map(TaskGraph::snapshot).toArray(ImmutableTaskGraph[]::new));
        built.withGridScheduler(scheduler);
        device.select(built);
        return built;
    }

    private static String sender(ResidentGroup group) {
        return "send_" + group.name();
    }

    private static String filler(ResidentGroup group) {
        return "fill_" + group.name();
    }

    /** A run begins: what {@link #times} tells starts from nothing. */
    public void begin() {
        stopwatch.begin();
    }

    /** Executes a graph after the one that makes the resident arrays. */
    private void execute(String graph) {
        device.guard(() -> {
            make();
            last = stopwatch.add(KeptResults.execute(plan, places.get(graph)));
            return last;
        });
    }

    private void make() {
        if (resident && !made) {
            for (String maker : makers) {
                last = stopwatch.add(KeptResults.execute(plan, places.get(maker)));
            }
            made = true;
        }
    }

    /** Copies the host side of a group to the device. */
    public void send(ResidentGroup group) {
        execute(sender(group));
    }

    /** Fills a {@linkplain ResidentGroup#refillable refillable} group with what it begins with, on the device: nothing crosses. */
    public void fill(ResidentGroup group) {
        if (made) { // else it begins so
            execute(filler(group));
        }
    }

    /** Runs all stages, one after the other, as {@link #run(int)} does. */
    public void run() {
        IntStream.range(0, stages.size()).forEach(this::run);
    }

    /**
     * Runs the launches of a stage, which the run tables tell of the run.
     *
     * @param stage its place among the stages
     * @throws IllegalStateException if the device failed, or did not start a kernel
     */
    public void run(int stage) {
        Stage asked = stages.get(stage);
        asked.launches().forEach(Launch::size);
        execute(asked.name());
        for (Launch launch : asked.launches()) { // some drivers only print that they did not start a kernel
            if (!launch.ran()) {
                throw device.failure(
                        "kernel " + launch.name() + " did not run; the driver may have said why on the console", null);
            }
        }
    }

    /** Brings back an array as it is on the device, as part of the run's time. */
    public void fetch(TornadoNativeArray array) {
        fetch(array, 0, StoredArrays.real(array).getSize());
    }

    /** Brings back some numbers of an array as it is on the device, to their places, as part of the run's time. */
    public void fetch(TornadoNativeArray array, long first, long numbers) {
        stopwatch.copyOut(numbers * StoredArrays.real(array).getElementSize(), () -> copyOut(array, first, numbers));
    }

    /** Brings back arrays as they are on the device, at a time that belongs to no run. */
    public void save(Collection<? extends TornadoNativeArray> arrays) {
        arrays.forEach(array -> copyOut(array, 0, StoredArrays.real(array).getSize()));
    }

    /** Always as a range: after one, TornadoVM 5.2.0 copies no more of a whole array than the range had. */
    private TornadoExecutionResult copyOut(TornadoNativeArray asked, long first, long numbers) {
        TornadoNativeArray array = StoredArrays.real(asked);
        DataRange range = new DataRange(array).withOffset(first).withSize(numbers);
        return device.guard(() -> {
            make();
            plan.withGraph(places.get(holders.get(array)));
            return last.transferToHost(range);
        });
    }

    /** Measures runs from now on, or stops measuring. */
    public void profile(boolean on) {
        stopwatch.profile(plan, on);
    }

    /** Where the time of the run last begun went. */
    public RunTimes times() {
        return stopwatch.times();
    }

    /** The kernels of a run, in order. */
    public List<Launch> launches() {
        return stages.stream().flatMap(stage -> stage.launches().stream()).toList();
    }

    /** How many stages there are. */
    public int stages() {
        return stages.size();
    }

    /** Bytes that it holds on the device. */
    public long deviceBytes() {
        return plan.getCurrentDeviceMemoryUsage();
    }

    /** Frees the device's arrays. */
    public void close() {
        device.guard(() -> {
            Stream.concat(stages.stream().map(Stage::name), makers.stream())
                    .forEach(graph -> plan.withGraph(places.get(graph)).freeDeviceMemory());
            plan.close();
            return null;
        });
    }
}
