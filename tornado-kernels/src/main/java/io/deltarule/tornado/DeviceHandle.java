package io.deltarule.tornado;

import io.deltarule.core.Device;
import io.deltarule.core.Tensor;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.exceptions.TornadoInternalError;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * One device, and how its failures are told.
 *
 * @param device what people see
 * @param target what TornadoVM calls it
 */
record DeviceHandle(Device device, TornadoDevice target) {
    /** Sends every graph of the plan here. */
    void select(TornadoExecutionPlan plan) {
        plan.withDevice(target);
    }

    /** Runs device work; what TornadoVM throws comes out as one line that names the device. */
    void guard(Runnable work) {
        try {
            work.run();
        } catch (TornadoRuntimeException | TornadoInternalError e) {
            throw new IllegalStateException(prefix() + String.valueOf(e.getMessage()).strip().replace('\n', ' '), e);
        }
    }

    /** The error for something that this device did wrong. */
    IllegalStateException failure(String what) {
        return new IllegalStateException(prefix() + what);
    }

    private String prefix() {
        return "tornado on " + device.id() + " (" + device.name() + "): ";
    }

    /**
     * Refuses a result with a number that is not finite.
     *
     * @throws ArithmeticException naming the tensor, the index and what can be done
     */
    void requireFinite(String name, Tensor tensor) {
        // Summing x·0 finds any NaN or infinity without a branch per value.
        float sum = 0;
        long size = tensor.size();
        for (long i = 0; i < size; i++) {
            sum += tensor.get(i) * 0f;
        }
        if (sum == 0f) {
            return;
        }
        long at = 0;
        while (Float.isFinite(tensor.get(at))) {
            at++;
        }
        throw new ArithmeticException(prefix() + name + ": expected finite numbers but found " + tensor.get(at)
                + " at index " + at + " of " + size + "; the inputs are not finite, or the recurrence grows without "
                + "bound: scale the keys to length 1 and keep beta at most 2");
    }
}
