package io.deltarule.tornado.delta;

import io.deltarule.core.Input;
import io.deltarule.core.Variant;

/**
 * How kernels form e = erase ⊙ eraseGain and u = v ⊙ writeGain from the tensors of a variant.
 *
 * @param erases whether there is an erase key; else e = 0, and whatever is in the place of its vector and its gain is unread
 * @param ownEraseKey whether the erase vector is a tensor with a gradient of its own; else it is k
 * @param eraseRowPerValueHead whether the erase vector has one row per value head; else one per key head, as k has
 * @param eraseGainPerChannel whether the erase gain has one number per key channel; else one per row
 * @param eraseGainPerKeyHead whether the erase gain has one row per key head; else one per value head
 * @param writeGainPerChannel whether the write gain has one number per value channel; else one per value head
 */
public record InputMap(
        boolean erases,
        boolean ownEraseKey,
        boolean eraseRowPerValueHead,
        boolean eraseGainPerChannel,
        boolean eraseGainPerKeyHead,
        boolean writeGainPerChannel) {
    /** For a vector that is no product with a gain and has one row per key head. */
    public static final InputMap NO_GAINS = new InputMap(true, false, false, false, false, false);
    /** For no erase key at all, and keys as in {@link #NO_GAINS}. */
    public static final InputMap NO_ERASE_KEY = new InputMap(false, false, false, false, false, false);

    /** As a plan's arrays have them: an erase key of its own has one row per value head, and so has every gain. */
    public static InputMap of(Variant variant) {
        boolean writeGainPerChannel = !variant.writeValue().scalarGain();
        if (!variant.erases()) {
            return new InputMap(false, false, false, false, false, writeGainPerChannel);
        }
        boolean own = variant.eraseKey().vector() != Input.K;
        return new InputMap(true, own, own, !variant.eraseKey().scalarGain(), false, writeGainPerChannel);
    }

    /** The same with erase keys that have one row per key head, or not. */
    public InputMap withEraseRowsPerKeyHead(boolean perKeyHead) {
        return new InputMap(
                erases,
                ownEraseKey,
                eraseRowPerValueHead && !perKeyHead,
                eraseGainPerChannel,
                eraseGainPerKeyHead,
                writeGainPerChannel);
    }

    /** The same with erase gains that have one row per key head, or not. */
    public InputMap withEraseGainsPerKeyHead(boolean perKeyHead) {
        return new InputMap(
                erases, ownEraseKey, eraseRowPerValueHead, eraseGainPerChannel, perKeyHead, writeGainPerChannel);
    }
}
