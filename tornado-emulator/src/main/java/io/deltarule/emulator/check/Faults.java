package io.deltarule.emulator.check;

import io.deltarule.emulator.grid.Shuffle;
import java.util.List;
import java.util.stream.Stream;

/** Writes the reports of what kernels did wrong. */
public final class Faults {

    /** The name of the class loaders that hold kernels: frames of their classes are the kernel's lines. */
    public static final String KERNEL_LOADER = "rewritten kernel";

    private static final StackWalker WALKER = StackWalker.getInstance();

    private Faults() {}

    /** A report on the running work-item, with the line of the kernel that it is at. */
    public static KernelFaultException here(String what) {
        List<String> frames = WALKER.walk(all -> kernelFrames(all.map(StackWalker.StackFrame::toStackTraceElement)));
        return at(frames, what, Turn.running, null);
    }

    /** A report on an exception that came out of the kernel: a null array, a division by zero. */
    public static KernelFaultException thrown(Throwable cause, RunningWorkItem item) {
        return at(kernelFrames(Stream.of(cause.getStackTrace())), cause.toString(), item, cause);
    }

    private static List<String> kernelFrames(Stream<StackTraceElement> frames) {
        return frames.filter(frame -> KERNEL_LOADER.equals(frame.getClassLoaderName()))
                .map(frame -> withoutLoader(frame.toString()))
                .toList();
    }

    /** A report on a whole group. */
    public static KernelFaultException ofGroup(String task, String what) {
        return new KernelFaultException("task " + task + ": " + what + "; " + Shuffle.describe(), null);
    }

    private static KernelFaultException at(List<String> frames, String what, RunningWorkItem item, Throwable cause) {
        String place = frames.isEmpty() ? "outside of the kernel's own code" : String.join(", called from ", frames);
        return new KernelFaultException(
                "task " + item.task() + ": " + what + ", by " + item.ids() + ", at " + place + "; "
                        + Shuffle.describe(),
                cause);
    }

    /** Stack frames print as loader//class.method(file:line). */
    private static String withoutLoader(String frame) {
        return frame.substring(frame.lastIndexOf('/') + 1);
    }
}
