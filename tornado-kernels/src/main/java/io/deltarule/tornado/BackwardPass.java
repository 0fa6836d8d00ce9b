package io.deltarule.tornado;

import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.StateWalk;
import io.deltarule.tornado.delta.backward.GradientArrays;
import io.deltarule.tornado.delta.backward.GradientBuffers;
import io.deltarule.tornado.delta.backward.GradientLaunches;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.graph.RunTable;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The launches of an operation's backward pass, on arrays of its own.
 *
 * @param spec what for
 * @param arrays its tensors and their gradients
 * @param table what its launches learn of a run
 * @param launches the kernels in order
 * @param scope in which launches of the same run may be made
 */
record BackwardPass(PlanSpec spec, GradientArrays arrays, RunTable table, List<Launch> launches, LaunchScope scope) {
    /**
     * Allocates.
     *
     * @param spec what for, known to suit the kernels
     * @param map how many rows erase keys and gains have: layers may have them per key head
     * @param there inputs whose arrays the forward pass has
     * @param context the launches' first argument
     */
    static BackwardPass of(
            PlanSpec spec, InputMap map, Map<Input, FloatArray> there, KernelContext context, DeviceMemory memory) {
        return of(spec, map, StateWalk.of(spec, map.erases(), memory.units()), there, context, memory);
    }

    /** The same with a walk through its chunks of the caller's choice. */
    static BackwardPass of(
            PlanSpec spec,
            InputMap map,
            StateWalk walk,
            Map<Input, FloatArray> there,
            KernelContext context,
            DeviceMemory memory) {
        int C = spec.chunkSize();
        int longest = ChunkLaunches.longest(spec);
        GradientArrays arrays = new GradientArrays(spec, map, there, memory);
        ChunkBuffers between = new ChunkBuffers(spec.shape(), C, longest, map.erases(), walk, memory);
        GradientBuffers gradients = new GradientBuffers(spec.shape(), C, longest, map.erases(), walk, memory);
        RunTable table = new RunTable(spec.shape(), C, longest, walk.segment());
        LaunchScope scope = new LaunchScope("", table, context);
        return new BackwardPass(
                spec, arrays, table, GradientLaunches.of(spec, arrays.operands, between, gradients, scope), scope);
    }
}
