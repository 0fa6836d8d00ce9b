package io.deltarule.tornado.quirks;

/**
 * TornadoVM 5.2.0 takes at most 20 arguments to a task: the recurrence has 20 without the place where it signs, which
 * therefore shares an integer with the kernel's flags.
 */
public final class PackedSignature {
    /** Flags of such a kernel are below this bit, and the signature's place begins here. */
    public static final int SHIFT = 9;

    private PackedSignature() {}

    /**
     * Both in one integer.
     *
     * @param flags below 2^9
     * @param signature an index of the run table
     * @throws IllegalArgumentException if they do not fit
     */
    public static int pack(int flags, int signature) {
        if (flags < 0 || flags >> SHIFT != 0 || signature < 0 || signature > Integer.MAX_VALUE >> SHIFT) {
            throw new IllegalArgumentException("packed signature: expected flags below " + (1 << SHIFT)
                    + " and a signature up to " + (Integer.MAX_VALUE >> SHIFT) + " but found " + flags + " and "
                    + signature);
        }
        return flags | signature << SHIFT;
    }
}
