package io.deltarule.tornado;

import io.deltarule.core.Form;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Precision;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.DeltaArrays;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.PlanArrays;
import io.deltarule.tornado.delta.RecurrentLaunches;
import io.deltarule.tornado.delta.StateWalk;
import io.deltarule.tornado.delta.tensor.TensorCoreProducts;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.RunTable;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * An operation's launches, on arrays of its own.
 *
 * @param spec what for
 * @param arrays its tensors
 * @param table what its launches learn of a run
 * @param launches the kernels in order
 * @param scope in which launches of the same run may be made
 */
record ForwardPass(PlanSpec spec, PlanArrays arrays, RunTable table, List<Launch> launches, LaunchScope scope) {
    /**
     * Allocates.
     *
     * @param spec what for, known to suit the kernels
     * @param there inputs that are another operation's arrays
     * @param context the launches' first argument
     */
    static ForwardPass of(PlanSpec spec, Map<Input, FloatArray> there, KernelContext context, DeviceMemory memory) {
        return of(spec, StateWalk.of(spec, spec.variant().erases(), memory.units()), there, context, memory);
    }

    /** The same with a walk through its chunks of the caller's choice. */
    static ForwardPass of(
            PlanSpec spec, StateWalk walk, Map<Input, FloatArray> there, KernelContext context, DeviceMemory memory) {
        boolean recurrent = spec.form() == Form.RECURRENT;
        int chunkSize = recurrent ? RecurrentLaunches.chunkSize(spec) : spec.chunkSize();
        // the recurrent form's chunks are only read from, and lose nothing by their length
        int longest = recurrent ? chunkSize : ChunkLaunches.longest(spec);
        boolean solves = !recurrent && spec.variant().erases();
        PlanArrays arrays = new PlanArrays(spec, InputMap.of(spec.variant()), there, memory);
        ChunkBuffers between =
                chunkSize == 0 ? null : new ChunkBuffers(spec.shape(), chunkSize, longest, solves, walk, memory);
        RunTable table = new RunTable(spec.shape(), chunkSize, longest, walk.segment());
        LaunchScope scope = new LaunchScope("", table, context);
        return new ForwardPass(spec, arrays, table, launches(spec, arrays.arrays(), between, scope), scope);
    }

    /** The launches of a run, in order. */
    static List<Launch> launches(PlanSpec spec, DeltaArrays x, ChunkBuffers between, LaunchScope scope) {
        if (spec.form() == Form.RECURRENT) {
            return RecurrentLaunches.of(spec, x, between, scope);
        }
        return spec.precision() == Precision.FLOAT32
                ? ChunkLaunches.of(spec, x, between, scope)
                : ChunkLaunches.of(spec, x, between, scope, new TensorCoreProducts(spec, x, between, scope));
    }
}
