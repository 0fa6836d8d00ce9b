package io.deltarule.tornado.op.update;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Gate;
import io.deltarule.core.training.AdamStep;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.op.parameter.ParameterArrays;
import io.deltarule.tornado.op.parameter.ParameterStacks;
import java.util.ArrayList;
import java.util.List;
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
    private final List<ParameterStacks.Span> spans;
    private final ParameterArrays gradients;
    private final ParameterArrays means;
    private final ParameterArrays squares;
    private final FloatArray sums;
    private final FloatArray step;
    private final KernelContext context;

    /**
     * Allocates moments, which are zeros.
     *
     * @param stacks what is trained
     * @param decayed on which weights decay acts
     * @param gradients of all of them
     * @throws io.deltarule.core.InvalidInputException if the device cannot hold them
     */
    public UpdateLaunches(
            ParameterStacks stacks,
            Predicate<String> decayed,
            ParameterArrays gradients,
            DeviceMemory memory,
            KernelContext context) {
        this.spans = stacks.spans(decayed);
        this.gradients = gradients;
        this.context = context;
        means = ParameterArrays.zeros(stacks, "mean", memory);
        squares = ParameterArrays.zeros(stacks, "squares", memory);
        sums = zeros(
                memory,
                "sums of squares",
                spans.stream().mapToLong(UpdateLaunches::blocks).sum());
        step = zeros(memory, "step", AdamKernel.NUMBERS);
    }

    private static FloatArray zeros(DeviceMemory memory, String name, long size) {
        FloatArray array = memory.floats(name, 1, 1, size);
        array.init(0);
        return array;
    }

    private static int blocks(ParameterStacks.Span span) {
        return Math.ceilDiv(span.size(), SquareSumKernel.BLOCK);
    }

    /** m of each weight. */
    public ParameterArrays means() {
        return means;
    }

    /** v of each weight. */
    public ParameterArrays squares() {
        return squares;
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
        int sum = 0;
        for (ParameterStacks.Span span : spans) {
            LaunchScope scope = new LaunchScope("norm" + all.size() + "_", table, context);
            all.add(List.of(scope.launch(
                    "sumSquares",
                    SquareSumKernel.LANES,
                    run -> blocks(span),
                    KernelTask.of(
                            SquareSumKernel::sumSquares,
                            gradients.of(span.stack()),
                            sums,
                            span.first(),
                            span.size(),
                            sum))));
            sum += blocks(span);
        }
        return all;
    }

    /**
     * The launches that change weights.
     *
     * @param weights those that kernels use
     */
    public List<List<Launch>> update(ParameterArrays weights) {
        List<List<Launch>> all = new ArrayList<>();
        for (ParameterStacks.Span span : spans) {
            LaunchScope scope = new LaunchScope("update" + all.size() + "_", table, context);
            FloatArray weight = weights.of(span.stack());
            if (weight == null) {
                continue; // nothing reads it
            }
            all.add(List.of(scope.launch(
                    "adam",
                    AdamKernel.LANES,
                    run -> Math.ceilDiv(span.size(), AdamKernel.LANES),
                    KernelTask.of(
                            AdamKernel::adam,
                            weight,
                            gradients.of(span.stack()),
                            means.of(span.stack()),
                            squares.of(span.stack()),
                            step,
                            span.first(),
                            span.size(),
                            span.decays() ? 1 : 0))));
        }
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
