package io.deltarule.tornado.graph;

import io.deltarule.core.Device;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * One device, and how its failures are told.
 *
 * @param device what people see
 * @param target what TornadoVM calls it
 */
public record DeviceHandle(Device device, TornadoDevice target) {
    /** Sends every graph of the plan here. */
    public void select(TornadoExecutionPlan plan) {
        plan.withDevice(target);
    }

    /** TornadoVM's compiler mixes up the arguments of plans that threads run at the same time: one at a time then. */
    private static final Lock ONE_AT_A_TIME = new ReentrantLock();

    /** Does device work; what TornadoVM throws comes out as one line that names the device. */
    public <T> T guard(Callable<T> work) {
        ONE_AT_A_TIME.lock();
        try {
            return work.call();
        } catch (Exception e) {
            throw failure(oneLine(e), e);
        } catch (Error e) {
            // Its compiler fails with an Error of its own; what is the JVM's passes.
            if (e.getClass().getName().startsWith("uk.ac.manchester.tornado")) {
                throw failure(oneLine(e), e);
            }
            throw e;
        } finally {
            ONE_AT_A_TIME.unlock();
        }
    }

    /** Fails if a kernel left no signature in the run last described: some drivers only print that they did not start it. */
    public void requireRan(List<Launch> launches) {
        for (Launch launch : launches) {
            if (!launch.ran()) {
                throw failure(
                        "kernel " + launch.name() + " did not run; the driver may have said why on the console", null);
            }
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
