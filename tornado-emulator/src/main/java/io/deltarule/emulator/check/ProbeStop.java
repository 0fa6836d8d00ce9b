package io.deltarule.emulator.check;

import java.util.List;
import java.util.Set;

/**
 * Ends a call of a kernel that is made only to find out which method it is: thrown at the first touch of a device array,
 * barrier or local array, it carries the stack of that moment. {@code KernelProbe} catches it.
 */
public final class ProbeStop extends Error {
    private static final long serialVersionUID = 1;

    private static final StackWalker WALKER = StackWalker.getInstance(
            Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE, StackWalker.Option.SHOW_HIDDEN_FRAMES));

    private final transient List<StackWalker.StackFrame> frames;

    /** With the stack of the caller. */
    public ProbeStop() {
        super(null, null, false, false);
        frames = WALKER.walk(all -> all.toList());
    }

    /** The stack, the innermost frame first. */
    public List<StackWalker.StackFrame> frames() {
        return frames;
    }
}
