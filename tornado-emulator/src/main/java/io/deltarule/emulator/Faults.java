package io.deltarule.emulator;

import java.util.List;
import java.util.stream.Stream;

/** Writes the reports of what kernels did wrong. */
final class Faults {

    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private Faults() {}

    /** A report on the running work-item, with the line of the kernel that it is at. */
    static KernelFaultException here(String what) {
        List<String> frames = WALKER.walk(
                all -> all.filter(frame -> frame.getDeclaringClass().getClassLoader() instanceof KernelLoader)
                        .map(frame -> frame.toStackTraceElement().toString())
                        .map(Faults::withoutLoader)
                        .toList());
        return at(frames, what, Turn.lane, null);
    }

    /** A report on an exception that came out of the kernel: a null array, a division by zero. */
    static KernelFaultException thrown(Throwable cause, Lane lane) {
        List<String> frames = Stream.of(cause.getStackTrace())
                .filter(frame -> KernelLoader.NAME.equals(frame.getClassLoaderName()))
                .map(frame -> withoutLoader(frame.toString()))
                .toList();
        return at(frames, cause.toString(), lane, cause);
    }

    /** A report on a whole group. */
    static KernelFaultException ofGroup(String task, String what) {
        return new KernelFaultException("task " + task + ": " + what + "; " + Shuffle.describe(), null);
    }

    private static KernelFaultException at(List<String> frames, String what, Lane lane, Throwable cause) {
        String place = frames.isEmpty() ? "outside of the kernel's own code" : String.join(", called from ", frames);
        return new KernelFaultException(
                "task " + lane.task() + ": " + what + ", by " + lane.ids() + ", at " + place + "; "
                        + Shuffle.describe(),
                cause);
    }

    /** Stack frames print as loader//class.method(file:line). */
    private static String withoutLoader(String frame) {
        return frame.substring(frame.lastIndexOf('/') + 1);
    }
}
