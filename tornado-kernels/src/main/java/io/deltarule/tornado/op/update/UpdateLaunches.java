package io.deltarule.tornado.op.update;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.training.AdamStep;
import io.deltarule.core.training.ParameterLayout;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.RunTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The launches of an optimiser's step, and what it remembers of each weight.
 *
 * <pre>
 *   norm     sums of squares of blocks of each gradient, which the host adds up
 *   update   weights, moments and gradients → weights, moments
 * </pre>
 */
public final class UpdateLaunches {
    private final RunTable table = new RunTable(new DeltaShape(1, 1, 1, 1, 1, 1, 1, 1, Gate.NONE), 0);
    private final Map<String, FloatArray> gradients;
    private final Map<String, FloatArray> means = new LinkedHashMap<>();
    private final Map<String, FloatArray> squares = new LinkedHashMap<>();
    private final FloatArray sums;
    private final FloatArray step;
    private final KernelContext context;

    /**
     * Allocates moments, which are zeros.
     *
     * @param layout what is trained
     * @param gradients by weight
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them
     */
    public UpdateLaunches(
            ParameterLayout layout, Map<String, FloatArray> gradients, DeviceMemory memory, KernelContext context) {
        this.gradients = new LinkedHashMap<>(gradients);
        this.context = context;
        long blocks = 0;
        for (ParameterLayout.Entry entry : layout.entries()) {
            means.put(entry.name(), zeros(memory, "mean of " + entry.name(), entry.size()));
            squares.put(entry.name(), zeros(memory, "squares of " + entry.name(), entry.size()));
            blocks += Math.ceilDiv(entry.size(), SquareSumKernel.BLOCK);
        }
        sums = zeros(memory, "sums of squares", blocks);
        step = zeros(memory, "step", AdamKernel.NUMBERS);
    }

    private static FloatArray zeros(DeviceMemory memory, String name, long size) {
        FloatArray array = memory.floats(name, 1, 1, size);
        array.init(0);
        return array;
    }

    private static int blocks(FloatArray array) {
        return Math.ceilDiv(array.getSize(), SquareSumKernel.BLOCK);
    }

    /** m of each weight. */
    public Map<String, FloatArray> means() {
        return new LinkedHashMap<>(means);
    }

    /** v of each weight. */
    public Map<String, FloatArray> squares() {
        return new LinkedHashMap<>(squares);
    }

    /** Sums of squares, all of which together are that of the gradients. */
    public FloatArray sums() {
        return sums;
    }

    /** The numbers of the step at hand. */
    public FloatArray step() {
        return step;
    }

    /** The launches that fill {@link #sums}. */
    public List<List<Launch>> norm() {
        List<List<Launch>> all = new ArrayList<>();
        int first = 0;
        for (FloatArray gradient : gradients.values()) {
            LaunchScope scope = new LaunchScope("norm" + all.size() + "_", table, context);
            all.add(List.of(scope.launch(
                    "sumSquares",
                    SquareSumKernel.LANES,
                    run -> blocks(gradient),
                    KernelTask.of(SquareSumKernel::sumSquares, gradient, sums, gradient.getSize(), first))));
            first += blocks(gradient);
        }
        return all;
    }

    /**
     * The launches that change weights.
     *
     * @param weights by name
     * @param decayed on which of them decay acts
     */
    public List<List<Launch>> update(Map<String, FloatArray> weights, Predicate<String> decayed) {
        List<List<Launch>> all = new ArrayList<>();
        weights.forEach((name, weight) -> {
            LaunchScope scope = new LaunchScope("update" + all.size() + "_", table, context);
            int size = weight.getSize();
            all.add(List.of(scope.launch(
                    "adam",
                    AdamKernel.LANES,
                    run -> Math.ceilDiv(size, AdamKernel.LANES),
                    KernelTask.of(
                            AdamKernel::adam,
                            weight,
                            gradients.get(name),
                            means.get(name),
                            squares.get(name),
                            step,
                            size,
                            decayed.test(name) ? 1 : 0))));
        });
        return all;
    }

    /** Describes the next execution of either. */
    public void describe() {
        table.describe(new int[] {0, 1}, null);
    }

    /** Describes a step. */
    public void describe(AdamStep numbers) {
        step.set(AdamKernel.BETA1, numbers.beta1());
        step.set(AdamKernel.REST1, numbers.rest1());
        step.set(AdamKernel.BETA2, numbers.beta2());
        step.set(AdamKernel.REST2, numbers.rest2());
        step.set(AdamKernel.RATE, numbers.rate());
        step.set(AdamKernel.ROOT, numbers.root());
        step.set(AdamKernel.EPSILON, numbers.epsilon());
        step.set(AdamKernel.KEEP, numbers.keep());
        step.set(AdamKernel.CLIP, numbers.clip());
        describe();
    }
}
