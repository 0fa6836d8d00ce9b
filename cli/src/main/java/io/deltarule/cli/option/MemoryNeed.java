package io.deltarule.cli.option;

import com.sun.management.OperatingSystemMXBean;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.InvalidInputException;
import java.lang.management.ManagementFactory;

/**
 * How large an operation's outputs are. Their lengths follow from the inputs' headers, where a file of a few hundred
 * bytes can declare keys and values so wide that one state is larger than any memory.
 */
public final class MemoryNeed {
    private MemoryNeed() {}

    /** Refuses a forward run whose outputs cannot fit; it writes one state per sequence and head, the final one. */
    public static void check(DeltaShape shape) {
        check(shape, 1);
    }

    /**
     * Refuses what cannot fit before anything is allocated.
     *
     * @param shape the operation's lengths
     * @param states how many states are written per sequence and head: the final one, and the initial one's gradient
     * @throws InvalidInputException if o and these states together are larger than a quarter of this machine's memory
     */
    public static void check(DeltaShape shape, int states) {
        double bytes = Float.BYTES
                * ((shape.crossRead() ? 2.0 : 1.0) * shape.tokens() * shape.HV() * shape.V()
                        + (double) states
                                * shape.state().count()
                                * shape.state().numbersPerHead());
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        if (bytes > memory / 4.0) {
            throw new InvalidInputException(String.format(
                    "size: expected the outputs to fit a quarter of this machine's %d MiB but they need %.0f MiB"
                            + " (B=%d, T=%d, HV=%d, K=%d, V=%d, %d sequences); split the operation",
                    memory >> 20,
                    bytes / (1 << 20),
                    shape.B(),
                    shape.T(),
                    shape.HV(),
                    shape.K(),
                    shape.V(),
                    shape.sequences()));
        }
    }
}
