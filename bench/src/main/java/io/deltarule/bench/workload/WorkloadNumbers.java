package io.deltarule.bench.workload;

import io.deltarule.core.Precision;
import io.deltarule.core.Storage;

/**
 * In what numbers a workload is computed.
 *
 * @param precision those of its products
 * @param storage those of its tensors
 */
public record WorkloadNumbers(Precision precision, Storage storage) {
    /** What every engine has. */
    public static final WorkloadNumbers FLOAT32 = new WorkloadNumbers(Precision.FLOAT32, Storage.FLOAT32);

    /** Whether nothing is rounded but to float32. */
    public boolean isFloat32() {
        return equals(FLOAT32);
    }

    /** What they add to a suite's name; nothing in float32. */
    String suffix() {
        return (precision == Precision.FLOAT32 ? "" : "_" + precision.id())
                + (storage == Storage.FLOAT32 ? "" : "_" + storage.id());
    }
}
