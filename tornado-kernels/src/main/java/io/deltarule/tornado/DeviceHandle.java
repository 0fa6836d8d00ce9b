package io.deltarule.tornado;

import io.deltarule.core.Device;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

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
        } catch (RuntimeException e) {
            throw failure(oneLine(e), e);
        } catch (Error e) {
            // Its compiler fails with an Error of its own; what is the JVM's passes.
            if (e.getClass().getName().startsWith("uk.ac.manchester.tornado")) {
                throw failure(oneLine(e), e);
            }
            throw e;
        }
    }

    /** The error for something that this device did wrong. */
    IllegalStateException failure(String what, Throwable cause) {
        return new IllegalStateException("tornado on " + device.id() + " (" + device.name() + "): " + what, cause);
    }

    private static String oneLine(Throwable e) {
        String message =
                String.valueOf(e.getMessage()).replaceAll("\\e\\[[0-9;]*m", "").strip();
        return e.getClass().getSimpleName() + ": " + message.replaceAll("\\s*\\n\\s*", " | ");
    }
}
