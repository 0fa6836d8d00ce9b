package io.deltarule.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Engines;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which devices there are, what they are called, and what is said where there are none. */
class TornadoDevicesTest {
    private static final PlanSpec SPEC =
            PlanSpec.of(Variant.DELTA_RULE, new DeltaShape(1, 4, 1, 1, 4, 4, 1, 1, Gate.NONE));

    @Test
    void theEngineIsFoundByName() {
        assertEquals(TornadoEngine.class, Engines.named("tornado").getClass());
    }

    @Test
    void theTestsDeviceIsTheOneAskedFor() {
        Device device = new TornadoEngine()
                .devices().stream()
                        .filter(d -> d.id().equals(TestDevice.id()))
                        .findFirst()
                        .orElseThrow();
        assertEquals(TestDevice.emulated(), device.kind().equals("emulator"));
        assertTrue(device.memoryBytes() > 0);
    }

    @Test
    void onlyRealGpusAreTakenAutomatically() {
        for (Device device : new TornadoEngine().devices()) {
            assertEquals(device.kind().equals("gpu"), device.automatic(), device::toString);
        }
    }

    @Test
    void anUnknownDeviceIsRefusedWithTheNamesOfThoseThereAre() {
        EngineUnavailableException e = assertThrows(
                EngineUnavailableException.class, () -> new TornadoEngine().plan(SPEC.onDevice("opencl:9:9")));
        assertTrue(e.getMessage().contains("'opencl:9:9'"), e::getMessage);
        assertTrue(e.getMessage().contains(TestDevice.id()), e::getMessage);
    }

    @Test
    @Tag("emulator")
    void withoutTornadoVmOrEmulatorItSaysWhatToInstall() throws ReflectiveOperationException, IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            if (!entry.contains("tornado-emulator") && !entry.contains("tornado-api")) {
                urls.add(new File(entry).toURI().toURL());
            }
        }
        try (URLClassLoader bare = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> engine = bare.loadClass(TornadoEngine.class.getName());
            Object absent = engine.getConstructor().newInstance();
            String why = ((Optional<?>) engine.getMethod("unavailable").invoke(absent))
                    .orElseThrow()
                    .toString();
            assertTrue(why.contains("install a TornadoVM 5.2.0-jdk25 SDK"), why);
            assertTrue(why.contains("TORNADOVM_HOME"), why);
            assertEquals(List.of(), engine.getMethod("devices").invoke(absent));
            Method plan = engine.getMethod("plan", bare.loadClass(PlanSpec.class.getName()));
            InvocationTargetException e =
                    assertThrows(InvocationTargetException.class, () -> plan.invoke(absent, (Object) null));
            assertEquals(
                    EngineUnavailableException.class.getName(),
                    e.getCause().getClass().getName());
        }
    }

    @Test
    @Tag("emulator")
    void theEmulatorIsTheOnlyDeviceWithoutTornadoVm() {
        DeltaEngine engine = new TornadoEngine();
        assertEquals(
                List.of("emulator"), engine.devices().stream().map(Device::id).toList());
        assertFalse(engine.devices().getFirst().automatic());
    }

    @Test
    @Tag("device")
    void underAnSdkTheDevicesAreItsOwn() {
        for (Device device : new TornadoEngine().devices()) {
            assertTrue(device.id().matches("(opencl|ptx|cuda|spirv|metal):\\d+:\\d+"), device::toString);
        }
    }
}
