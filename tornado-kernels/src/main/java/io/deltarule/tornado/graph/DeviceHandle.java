package io.deltarule.tornado.graph;

import io.deltarule.core.Device;
import io.deltarule.core.InvalidInputException;
import io.deltarule.tornado.quirks.ColouredMessages;
import io.deltarule.tornado.quirks.OneAtATime;
import java.util.concurrent.Callable;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * One device, and how its failures are told.
 *
 * @param device what people see
 * @param target what TornadoVM calls it
 */
public record DeviceHandle(Device device, TornadoDevice target) {
    /** Compute units; a virtual device of TornadoVM knows them by the name of processors only. */
    public int units() {
        int units = target.getPhysicalDevice().getDeviceMaxComputeUnits();
        return units > 0 ? units : target.getAvailableProcessors();
    }

    /** Sends every graph of the plan here. */
    void select(TornadoExecutionPlan plan) {
        plan.withDevice(target);
    }

    /** Does device work, one at a time; what TornadoVM throws comes out as one line that names the device. */
    public <T> T guard(Callable<T> work) {
        try {
            return OneAtATime.call(work);
        } catch (InvalidInputException e) {
            throw e; // what this engine found out about what it was asked for
        } catch (Exception e) {
            throw failure(oneLine(e), e);
        } catch (Error e) {
            // What is the JVM's own passes.
            if (ColouredMessages.isTornados(e)) {
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
        String message = ColouredMessages.plain(String.valueOf(e.getMessage())).strip();
        return e.getClass().getSimpleName() + ": " + message.replaceAll("\\s*\\n\\s*", " | ");
    }
}
