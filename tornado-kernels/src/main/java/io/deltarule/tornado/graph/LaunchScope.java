package io.deltarule.tornado.graph;

import java.util.function.ToIntFunction;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Where launches belong.
 *
 * @param prefix begins their names, which differ within a graph
 * @param run what they learn of a run
 * @param context their kernels' first argument
 */
public record LaunchScope(String prefix, RunTable run, KernelContext context) {
    /** The kernels' second argument. */
    public IntArray table() {
        return run.array();
    }

    /** A launch of a kernel; see {@link Launch}. */
    public Launch launch(String name, int lanes, ToIntFunction<RunTable> groups, Launch.Task task) {
        return new Launch(prefix + name, run, lanes, groups, task);
    }
}
