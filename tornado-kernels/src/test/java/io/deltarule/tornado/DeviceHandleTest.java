package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Device;
import io.deltarule.core.InvalidInputException;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** How a device's failures and limits are told. */
class DeviceHandleTest {
    private static DeviceHandle handle(long memory) {
        DeviceHandle real = TornadoDevices.named(TestDevice.id());
        return new DeviceHandle(new Device("opencl:0:0", "a card", "gpu", "OPENCL", memory, true), real.target());
    }

    @Test
    void whatTornadoVmThrowsBecomesOneLineThatNamesTheDevice() {
        IllegalStateException e = assertThrows(
                IllegalStateException.class,
                () -> handle(0).guard(() -> {
                    throw new TornadoRuntimeException("\u001B[31mfirst\n  second\u001B[0m");
                }));
        assertEquals("tornado on opencl:0:0 (a card): TornadoRuntimeException: first | second", e.getMessage());
    }

    @Test
    void theJvmsOwnErrorsPass() {
        StackOverflowError error = new StackOverflowError();
        assertSame(
                error,
                assertThrows(
                        StackOverflowError.class,
                        () -> handle(0).guard(() -> {
                            throw error;
                        })));
    }

    @Test
    void refusesAPlanThatTheDeviceCannotHold() {
        DeviceMemory memory = DeviceMemory.counting(handle(1000));
        memory.floats("q", 10, 2, 10); // 800 bytes
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> memory.floats("k", 10, 2, 10));
        assertTrue(
                e.getMessage().startsWith("plan: device opencl:0:0 has 0.00 GB but the plan needs more"),
                e::getMessage);
    }
}
