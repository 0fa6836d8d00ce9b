package io.deltarule.tornado.quirks;

import io.deltarule.tornado.stored.StoredArrays;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Arrays that the graphs of one plan share on the device, under what TornadoVM 5.2.0 does with them:
 *
 * <ul>
 *   <li>A graph takes over what it consumes from the graph that was executed right before it, whichever that was. So every graph
 *       consumes all shared arrays, those too that none of its tasks uses, and graphs may run in any order after the first.
 *   <li>The first ones, {@link #make}, have to own them: several, because a graph has room for few that it makes and for many that it finds.
 *       An array that is sent on demand is allocated and not copied; its tasks fill it.
 *   <li>A graph that consumes an array and sends it as well sends it only if no task of it uses the array. So {@link #send} has a task
 *       of something else.
 *   <li>A plan's memory is freed graph by graph, as far as transfers name it, and twice is an error: only those of {@link #make} name shared
 *       arrays but for those that a graph sends, and graphs that send are not freed.
 *   <li>Two plans share nothing: what one leaves on the device another gets through the host.
 * </ul>
 */
public final class SharedArrays {
    private static final int LANES = 64;
    private static final int MOST_GROUPS = 1024;
    private static final int NUMBERS_OF_A_LANE = 8;
    private static final int AT_ONCE = 8;

    private final GridScheduler scheduler;
    private final KernelContext context;
    private final List<Filled> filled;
    private final List<TornadoNativeArray> sent;
    private final List<TornadoNativeArray> all = new ArrayList<>();
    /** What tasks work on that are there because a graph needs one. */
    private final FloatArray token = new FloatArray(1);
    /** The numbers that arrays are filled with, in an array each: as a constant of OpenCL C, NaN does not compile. */
    private final Map<Float, FloatArray> numbers = new HashMap<>();
    /** The same as numbers of 16 bits. */
    private final Map<Float, ShortArray> bits = new HashMap<>();

    /** Arrays and the number that each of theirs begins with. */
    public record Filled(float number, Collection<? extends TornadoNativeArray> arrays) {}

    /**
     * Notes what is shared, each array once.
     *
     * @param filled those that begin with one number everywhere, which nothing is copied for
     * @param sent the others, whose host sides are copied once
     */
    public SharedArrays(
            GridScheduler scheduler, KernelContext context, List<Filled> filled, List<TornadoNativeArray> sent) {
        this.scheduler = scheduler;
        this.context = context;
        this.filled = List.copyOf(filled);
        this.sent = List.copyOf(sent);
        token.init(0);
        all.add(token);
        all.addAll(sent);
        for (Filled one : filled) {
            all.addAll(one.arrays());
            if (one.arrays().stream().anyMatch(ShortArray.class::isInstance)) {
                bits.computeIfAbsent(one.number(), number -> ShortArray.fromElements(StoredArrays.bits(number)));
            }
            numbers.computeIfAbsent(one.number(), number -> {
                FloatArray array = new FloatArray(1);
                array.init(number);
                return array;
            });
        }
        all.addAll(numbers.values());
        all.addAll(bits.values());
    }

    /** A graph that makes arrays, and which. */
    public record Maker(TaskGraph graph, List<TornadoNativeArray> arrays) {}

    /** The graphs to execute first, in order: they allocate them all. */
    public List<Maker> make(String name) {
        List<Maker> makers = new ArrayList<>();
        List<TornadoNativeArray> made = new ArrayList<>();
        List<TornadoNativeArray> first = new ArrayList<>(List.of(token));
        first.addAll(numbers.values());
        first.addAll(bits.values());
        first.addAll(sent);
        Deque<TornadoNativeArray> toSend = new ArrayDeque<>(first);
        Deque<Filled> toFill = new ArrayDeque<>();
        filled.forEach(some -> some.arrays().forEach(array -> toFill.add(new Filled(some.number(), List.of(array)))));
        while (!toSend.isEmpty() || !toFill.isEmpty()) {
            int room = GraphLimits.making(made.size());
            List<TornadoNativeArray> sending = taken(toSend, room);
            List<Filled> filling = taken(toFill, room - sending.size());
            makers.add(maker(makers.isEmpty() ? name : name + makers.size(), made, sending, filling));
            made.addAll(makers.getLast().arrays());
        }
        return makers;
    }

    private static <T> List<T> taken(Deque<T> from, int most) {
        List<T> taken = new ArrayList<>();
        while (taken.size() < most && !from.isEmpty()) {
            taken.add(from.remove());
        }
        return taken;
    }

    private Maker maker(
            String name, List<TornadoNativeArray> found, List<TornadoNativeArray> sending, List<Filled> filling) {
        TaskGraph graph = new TaskGraph(name);
        List<TornadoNativeArray> own = new ArrayList<>(sending);
        Map<Float, List<TornadoNativeArray>> byNumber = new LinkedHashMap<>();
        for (Filled one : filling) {
            own.addAll(one.arrays());
            byNumber.computeIfAbsent(one.number(), number -> new ArrayList<>()).addAll(one.arrays());
        }
        if (!found.isEmpty()) {
            graph.consumeFromDevice(found.toArray());
        }
        if (!sending.isEmpty()) {
            graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, sending.toArray());
        }
        byNumber.values().forEach(some -> graph.transferToDevice(DataTransferMode.UNDER_DEMAND, some.toArray()));
        nothing(graph);
        List<Filled> some = new ArrayList<>();
        byNumber.forEach((number, arrays) -> some.add(new Filled(number, arrays)));
        fill(graph, some);
        return new Maker(graph.persistOnDevice(own.toArray()), own);
    }

    /** A graph that copies the host sides of some to the device. */
    public TaskGraph send(String name, Collection<? extends TornadoNativeArray> some) {
        TaskGraph graph = consumer(name).transferToDevice(DataTransferMode.EVERY_EXECUTION, some.toArray());
        nothing(graph);
        return graph;
    }

    /** A graph that fills some with a number. */
    public TaskGraph fill(String name, Filled some) {
        TaskGraph graph = consumer(name);
        fill(graph, List.of(some));
        return graph;
    }

    /** A graph to add tasks to that finds them all on the device. */
    public TaskGraph consumer(String name) {
        return new TaskGraph(name).consumeFromDevice(all.toArray());
    }

    private void nothing(TaskGraph graph) {
        graph.task("nothing", SharedArrays::nothing, context, token);
        grid(graph, "nothing", 1, 1);
    }

    private void fill(TaskGraph graph, List<Filled> some) {
        int task = 0;
        for (Filled one : some) {
            FloatArray number = numbers.get(one.number());
            List<FloatArray> arrays = new ArrayList<>();
            for (TornadoNativeArray array : one.arrays()) {
                switch (array) {
                    case FloatArray floats -> arrays.add(floats);
                    case ShortArray halves -> fillBits(graph, "fill" + task++, one.number(), halves);
                    default -> throw new IllegalArgumentException("expected numbers to fill but found " + array);
                }
            }
            int i = 0;
            for (; i + AT_ONCE <= arrays.size(); i += AT_ONCE) { // each task is compiled on its own
                fillEight(graph, "fill" + task++, number, arrays.subList(i, i + AT_ONCE));
            }
            for (; i < arrays.size(); i++) {
                FloatArray x = arrays.get(i);
                String name = "fill" + task++;
                graph.task(name, SharedArrays::fill, context, x, number, x.getSize());
                grid(graph, name, LANES, groups(x.getSize()));
            }
        }
    }

    private void fillBits(TaskGraph graph, String name, float number, ShortArray x) {
        graph.task(name, SharedArrays::fillShorts, context, x, bits.get(number), x.getSize());
        grid(graph, name, LANES, groups(x.getSize()));
    }

    private void fillEight(TaskGraph graph, String name, FloatArray number, List<FloatArray> x) {
        int longest = x.stream().mapToInt(FloatArray::getSize).max().orElse(1);
        graph.task(
                name,
                SharedArrays::fillEight,
                context,
                x.get(0),
                x.get(1),
                x.get(2),
                x.get(3),
                x.get(4),
                x.get(5),
                x.get(6),
                x.get(7),
                number,
                x.get(0).getSize(),
                x.get(1).getSize(),
                x.get(2).getSize(),
                x.get(3).getSize(),
                x.get(4).getSize(),
                x.get(5).getSize(),
                x.get(6).getSize(),
                x.get(7).getSize());
        grid(graph, name, LANES, groups(longest));
    }

    private static int groups(int numbers) {
        return Math.clamp(Math.ceilDiv(numbers, LANES * NUMBERS_OF_A_LANE), 1, MOST_GROUPS);
    }

    private void grid(TaskGraph graph, String task, int lanes, int groups) {
        WorkerGrid grid = new WorkerGrid1D(lanes * groups);
        grid.setLocalWork(lanes, 1, 1);
        scheduler.addWorkerGrid(graph.getTaskGraphName() + "." + task, grid);
    }

    /**
     * Changes nothing.
     *
     * <p>x [any] (unchanged). One work-item.
     */
    static void nothing(KernelContext context, FloatArray x) {
        x.set(context.globalIdx, x.get(context.globalIdx));
    }

    /**
     * The same number everywhere.
     *
     * <p>x [count] (written), number [1]. Parallel over: every number, lane after lane.
     */
    static void fill(KernelContext context, FloatArray x, FloatArray number, int count) {
        int lanes = context.globalGroupSizeX;
        int i = context.globalIdx;
        while (i < count - lanes) { // i + lanes may not be an int beyond
            x.set(i, number.get(0));
            i += lanes;
        }
        if (i < count) {
            x.set(i, number.get(0));
        }
    }

    /**
     * The same with 16-bit numbers, whose NaN no arithmetic has to make.
     *
     * <p>x [count] (written), number [1]. Parallel over: every number, lane after lane.
     */
    static void fillShorts(KernelContext context, ShortArray x, ShortArray number, int count) {
        int lanes = context.globalGroupSizeX;
        int i = context.globalIdx;
        while (i < count - lanes) {
            x.set(i, number.get(0));
            i += lanes;
        }
        if (i < count) {
            x.set(i, number.get(0));
        }
    }

    /** {@link #fill} for eight arrays. */
    static void fillEight(
            KernelContext context,
            FloatArray a,
            FloatArray b,
            FloatArray c,
            FloatArray d,
            FloatArray e,
            FloatArray f,
            FloatArray g,
            FloatArray h,
            FloatArray number,
            int countA,
            int countB,
            int countC,
            int countD,
            int countE,
            int countF,
            int countG,
            int countH) {
        fill(context, a, number, countA);
        fill(context, b, number, countB);
        fill(context, c, number, countC);
        fill(context, d, number, countD);
        fill(context, e, number, countE);
        fill(context, f, number, countF);
        fill(context, g, number, countG);
        fill(context, h, number, countH);
    }
}
