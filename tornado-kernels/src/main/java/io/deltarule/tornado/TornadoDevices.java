package io.deltarule.tornado;

import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.tornado.graph.DeviceHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The devices that the TornadoVM of this JVM reaches; their ids are backend:index:index as TornadoVM counts them. */
final class TornadoDevices {
    /** The emulator's id. */
    static final String EMULATOR = "emulator";

    private TornadoDevices() {}

    /** All of them, in TornadoVM's order. */
    static List<DeviceHandle> all() {
        List<DeviceHandle> found = new ArrayList<>();
        TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
        for (int b = 0; b < runtime.getNumBackends(); b++) {
            TornadoBackend backend = runtime.getBackend(b);
            for (int d = 0; d < backend.getNumDevices(); d++) {
                found.add(describe(b, d, backend.getDevice(d)));
            }
        }
        return found;
    }

    private static DeviceHandle describe(int backend, int index, TornadoDevice target) {
        boolean emulated = TornadoSetup.current() == TornadoSetup.EMULATOR;
        TornadoDeviceType type = target.getDeviceType();
        String maker = target.getPhysicalDevice().getDeviceName().strip();
        String via = emulated ? "Java" : target.getTornadoVMBackend().name();
        String id = emulated ? EMULATOR : via.toLowerCase(Locale.ROOT) + ":" + backend + ":" + index;
        String kind = emulated
                ? EMULATOR
                : switch (type) {
                    case CPU -> "cpu";
                    case GPU -> "gpu";
                    default -> "accelerator";
                };
        // A virtual device only compiles.
        boolean real = !emulated && target.getTornadoVMBackend() != TornadoVMBackendType.VIRTUAL;
        boolean automatic = real && type == TornadoDeviceType.GPU;
        return new DeviceHandle(new Device(id, maker, kind, via, target.getMaxGlobalMemory(), automatic), target);
    }

    /**
     * The device to use.
     *
     * @param id a name from {@link #all}, or null for the first GPU, or the only device where there is one
     * @throws EngineUnavailableException if there is none of that name, or the choice is not clear
     */
    static DeviceHandle named(String id) {
        List<DeviceHandle> all = all();
        for (DeviceHandle handle : all) {
            if (id == null ? handle.device().automatic() : handle.device().id().equals(id)) {
                return handle;
            }
        }
        String names = all.stream()
                .map(h -> h.device().id() + " (" + h.device().name() + ")")
                .collect(Collectors.joining(", "));
        if (id != null) {
            throw new EngineUnavailableException(
                    "engine tornado: expected one of the devices " + names + " but found '" + id + "'");
        }
        if (all.size() == 1) {
            return all.getFirst();
        }
        throw new EngineUnavailableException(
                "engine tornado: expected a device to be named because none is a GPU; there are " + names);
    }
}
