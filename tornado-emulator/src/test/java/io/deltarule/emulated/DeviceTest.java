package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.deltarule.emulator.EmulatedDevice;
import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoDeviceMap;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** The one emulated device can be found like any other, and be told from it. */
class DeviceTest {

    @Test
    void foundInTheDeviceMap() {
        TornadoDeviceMap map = TornadoExecutionPlan.getTornadoDeviceMap();
        assertEquals(1, map.getNumBackends());
        TornadoBackend backend = map.getAllBackends().getFirst();
        assertEquals(TornadoVMBackendType.JAVA, backend.getBackendType());
        assertEquals(1, backend.getNumDevices());
        TornadoDevice device = TornadoExecutionPlan.getDevice(0, 0);
        assertSame(device, backend.getDevice(0));
        assertEquals(List.of(device), map.getDevicesByName("DELTARULE EMULATOR").toList());
        assertEquals(List.of(), map.getDevicesByType(TornadoDeviceType.GPU).toList());
    }

    @Test
    void tellsThatItIsEmulatedAndWhatItHas() throws ClassNotFoundException {
        TornadoDevice device = TornadoExecutionPlan.getDevice(0, 0);
        assertInstanceOf(Class.forName("io.deltarule.emulator.EmulatedDevice"), device);
        assertEquals("deltarule emulator (JVM)", device.getDeviceName());
        assertEquals(EmulatedDevice.NAME, device.getPhysicalDevice().getDeviceName());
        assertEquals(48 * 1024, device.getDeviceLocalMemorySize());
        assertEquals(1024, device.getPhysicalDevice().getMaxThreadsPerBlock());
    }
}
