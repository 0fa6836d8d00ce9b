package io.deltarule.tornado.graph;

import java.util.function.ToIntFunction;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * What launches that belong together share.
 *
 * @param prefix begins their names, which differ within a graph
 * @param run what they learn of a run; its array is their kernels' second argument
 * @param context their kernels' first argument
 */
public record LaunchScope(String prefix, RunTable run, KernelContext context) {
    /**
     * A launch of a kernel.
     *
     * @param name the task's name after the prefix, a verb phrase of the mathematics
     * @param lanes work-items per work-group
     * @param groups how many work-groups a run needs; for none, one is launched that finds nothing to do
     * @param task the kernel and its arguments
     */
    public Launch launch(String name, int lanes, ToIntFunction<RunTable> groups, KernelTask task) {
        return Launch.signed(this, name, lanes, groups, task);
    }

    /** The same scope under another prefix. */
    public LaunchScope named(String other) {
        return new LaunchScope(other, run, context);
    }

    /** The same scope for launches that learn something else of a run. */
    public LaunchScope with(RunTable other) {
        return new LaunchScope(prefix, other, context);
    }
}
